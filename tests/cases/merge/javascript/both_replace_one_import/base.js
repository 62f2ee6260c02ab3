import { read } from "fs";
import { join } from "path";

export const load = (name) => read(join("a", name));
