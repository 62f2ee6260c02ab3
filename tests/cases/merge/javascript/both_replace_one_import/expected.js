<<<<<<< ours
import { read } from "node:fs";
=======
import { readFile as read } from "fs/promises";
>>>>>>> theirs
import { join } from "path";

export const load = (name) => read(join("a", name));
