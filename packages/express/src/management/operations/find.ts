import type { ApiKey, Page } from "@apikey/core";
import { pageLinks } from "../links.js";
import type { InputOf, Operation } from "../operation.js";
import { confine } from "../owner-view.js";
import { toRecord } from "../record.js";
import { defined } from "../validate.js";

const toBody = ({ items, nextCursor }: Page<ApiKey>) => ({
  items: items.map(toRecord),
  nextCursor,
});

export const list: Operation = {
  name: "list",
  method: "GET",
  path: "/",
  summary: "Lists keys: filtered by the query, page by page.",
  from: "query",
  input: "list",
  success: 200,
  output: "page",
  async run(call, input: InputOf<"list">) {
    const { orderBy, direction, limit, offset, after, ...conditions } = input;
    const { name, nameContains, ignoreCase, ...others } = conditions;
    const onName = defined({ equals: name, contains: nameContains, ignoreCase });
    const isNamed = name !== undefined || nameContains !== undefined;
    const page = await call.service.find({
      filter: confine(call, defined({ ...others, name: isNamed ? onName : undefined })),
      ...defined({ orderBy, direction, limit, offset, after }),
    });
    return {
      status: 200,
      headers: { Link: pageLinks(call.baseUrl, call.query, page.nextCursor) },
      body: toBody(page),
    };
  },
};

export const search: Operation = {
  name: "search",
  method: "POST",
  path: "/search",
  summary: "Lists keys: filtered by the body, page by page.",
  from: "body",
  input: "search",
  success: 200,
  output: "page",
  async run(call, { filter, ...page }: InputOf<"search">) {
    return {
      status: 200,
      body: toBody(
        await call.service.find({ ...defined(page), filter: confine(call, filterOf(filter)) }),
      ),
    };
  },
};

export const count: Operation = {
  name: "count",
  method: "POST",
  path: "/count",
  summary: "Counts the keys that a search would find.",
  from: "body",
  input: "count",
  success: 200,
  output: "count",
  async run(call, { filter }: InputOf<"count">) {
    return {
      status: 200,
      body: { count: await call.service.count(confine(call, filterOf(filter))) },
    };
  },
};

/** A filter without fields that are `undefined`, its condition on the name included. */
function filterOf(filter: InputOf<"count">["filter"] = {}) {
  const { name, ...others } = filter;
  return defined({ ...others, name: typeof name === "object" ? defined(name) : name });
}
