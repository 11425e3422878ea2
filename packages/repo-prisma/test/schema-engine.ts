import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";

/** Of the runtime; its types come with the DOM's, which are not here. */
const { WebAssembly: wasm } = globalThis as unknown as {
  WebAssembly: {
    instantiate(
      source: Uint8Array,
      imports: object,
    ): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
  };
};

let opened = 0;
const require = createRequire(import.meta.url);

/** What the tests use of Prisma's schema engine, which `prisma migrate` runs. */
export interface SchemaEngine {
  diff(params: object): Promise<{ stdout: string }>;
  free(): void;
}

/** That engine as WebAssembly over a driver adapter: no download. */
export async function openSchemaEngine(
  schema: string,
  adapter: Parameters<typeof bindMigrationAwareSqlAdapterFactory>[0],
): Promise<SchemaEngine> {
  const folder = dirname(require.resolve("@prisma/schema-engine-wasm"));
  // A module of its own for each engine: one cannot be initialised twice.
  opened += 1;
  const glue = await import(`${join(folder, "schema_engine_bg.js")}?${opened}`);
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: console.error } });
  const { instance } = await wasm.instantiate(readFileSync(join(folder, "schema_engine_bg.wasm")), {
    "./schema_engine_bg.js": glue,
  });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return glue.SchemaEngine.new(
    { datamodels: [["schema.prisma", schema]] },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(adapter),
  );
}
