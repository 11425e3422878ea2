/** Value of `Link` (RFC 8288) for a page: where the first and, if there is one, the next page are. */
export function pageLinks(
  baseUrl: string,
  query: URLSearchParams,
  nextCursor: string | null,
): string {
  const first = new URLSearchParams(query);
  first.delete("after");
  first.delete("offset");
  const links = [linkTo(baseUrl, first, "first")];
  if (nextCursor !== null) {
    const next = new URLSearchParams(first);
    next.set("after", nextCursor);
    links.push(linkTo(baseUrl, next, "next"));
  }
  return links.join(", ");
}

function linkTo(baseUrl: string, query: URLSearchParams, relation: string): string {
  const path = (baseUrl || "/").replaceAll(/[<>"]/g, encodeURIComponent);
  const search = query.size > 0 ? `?${query}` : "";
  return `<${path}${search}>; rel="${relation}"`;
}
