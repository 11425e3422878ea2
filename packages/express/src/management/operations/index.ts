import type { Operation } from "../operation.js";
import { activate, deactivate, update } from "./change.js";
import { create } from "./create.js";
import { count, list, search } from "./find.js";
import { read } from "./read.js";
import { remove } from "./remove.js";
import { rotate } from "./rotate.js";
import { verify } from "./verify.js";

/** Every route. Literal paths stand before `/:id`. */
export const operations: readonly Operation[] = [
  create,
  list,
  search,
  count,
  verify,
  read,
  update,
  remove,
  activate,
  deactivate,
  rotate,
];
