import { readFile as read } from "fs/promises";
import { join } from "path";

export const load = (name) => read(join("a", name));
