import { readFile } from "fs";
import { join } from "path";

export interface Options {
  depth: number;
  follow: boolean;
}

export enum Level {
  Low = 1,
  High = 2,
}

export function walk(root: string, options: Options): string[] {
  const found: string[] = [];
  visit(root, options.depth + 1);
  return found;
}

export class Store {
  private items = new Map<string, number>();

  get(key: string): number {
    return this.items.get(key) ?? 0;
  }
}
