import express5 from "express";
import express4 from "express4";

/** Both majors of Express. Their types differ in nothing that is used here. */
export const majors: readonly (readonly [string, typeof express5])[] = [
  ["Express 5", express5],
  ["Express 4", express4 as unknown as typeof express5],
];
