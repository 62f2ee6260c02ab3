import { read } from "node:fs";
import { join } from "path";

export const load = (name) => read(join("a", name));
