import type { Provider } from "../options.js";
import type { Dialect } from "./dialect.js";
import { mysql } from "./mysql.js";
import { postgresql } from "./postgresql.js";
import { sqlite } from "./sqlite.js";

export const DIALECTS: Readonly<Record<Provider, Dialect>> = { sqlite, postgresql, mysql };
