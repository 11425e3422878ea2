import type { Column } from "./columns.js";

/** What is asked of a client, whatever its models: a `PrismaClient`, an extended one, or one of a transaction. */
export interface RawClient {
  $queryRawUnsafe(query: string, ...values: unknown[]): PromiseLike<unknown>;
  $executeRawUnsafe(query: string, ...values: unknown[]): PromiseLike<number>;
}

/** The names by which a client knows its models, as in `prisma.apiKey`. */
export type ModelName<Client> = {
  [Name in keyof Client]: Client[Name] extends { createMany: unknown; findUnique: unknown }
    ? Name
    : never;
}[keyof Client] &
  string;

/** Types that read and write each column; two of them only ask for something that fits. */
interface ColumnTypes extends Record<Column, unknown> {
  id: string;
  keyId: string;
  version: number;
  name: string;
  description: string | null;
  ownerId: string | null;
  isActive: boolean;
  expiresAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  lastUsedAt: Date | null;
  hint: string;
  hash: string;
}

/** The types that a generated delegate carries under a symbol, as `Prisma.Args` and `Prisma.Result` read them. */
type TypesOf<Delegate> = Delegate extends { [key: symbol]: { types: infer Types } } ? Types : never;

type ScalarsOf<Delegate> =
  TypesOf<Delegate> extends { payload: { scalars: infer Scalars } } ? Scalars : never;

type ArgsOf<Delegate, Operation extends string> =
  TypesOf<Delegate> extends { operations: { [name in Operation]: { args: infer Args } } }
    ? Args
    : never;

type RequiredNames<Value> = {
  [Name in keyof Value]-?: Record<never, never> extends Pick<Value, Name> ? never : Name;
}[keyof Value];

/** Columns of the caller's own that a new row cannot do without. */
type RequiredExtras<Delegate> =
  ArgsOf<Delegate, "createMany"> extends { data: infer Data }
    ? Exclude<RequiredNames<Exclude<Data, readonly unknown[]>>, Column>
    : never;

type Fits<Name extends Column, Type> = Name extends "scopes"
  ? Type extends string | readonly string[]
    ? true
    : false
  : Name extends "metadata"
    ? Extract<Type, object> extends never
      ? false
      : true
    : [Type, ColumnTypes[Name]] extends [ColumnTypes[Name], Type]
      ? true
      : false;

type Misfits<Scalars> = {
  [Name in Column]: Name extends keyof Scalars
    ? Fits<Name, Scalars[Name]> extends true
      ? never
      : Name
    : never;
}[Column];

type NotUnique<Delegate> =
  ArgsOf<Delegate, "findUnique"> extends { where: infer Where }
    ? { [Name in "id" | "keyId"]: { [name in Name]: string } extends Where ? never : Name }[
        | "id"
        | "keyId"]
    : never;

/** What is wrong with a model, as text for the compiler to show; `never` when nothing is. */
export type ProblemOf<Client, Model extends string> = Model extends keyof Client
  ? [ScalarsOf<Client[Model]>] extends [never]
    ? `${Model} is no model of a generated Prisma client`
    : ProblemOfDelegate<Client[Model], Model>
  : `The client has no model ${Model}: name yours, as in { model: "serviceToken" }`;

type ProblemOfDelegate<Delegate, Model extends string> =
  Exclude<Column, keyof ScalarsOf<Delegate>> extends infer Missing extends string
    ? [Missing] extends [never]
      ? [Misfits<ScalarsOf<Delegate>>] extends [never]
        ? [NotUnique<Delegate>] extends [never]
          ? [RequiredExtras<Delegate>] extends [never]
            ? never
            : `The model ${Model} requires a column that @apikey/repo-prisma does not fill; give it a default: ${RequiredExtras<Delegate> & string}`
          : `The model ${Model} needs @unique on: ${NotUnique<Delegate>}`
        : `The model ${Model} has another type than the shipped schema in: ${Misfits<ScalarsOf<Delegate>>}`
      : `The model ${Model} lacks: ${Missing}`
    : never;
