import { Core1763800000001 } from "./1763800000001-core.js";

/** All migrations, oldest first; one that was released never changes. */
export const migrations = [Core1763800000001];
