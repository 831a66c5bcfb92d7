/** Rows that one statement writes at the most. SQLite takes 32,766 parameters, and MariaDB, unless told otherwise, 16 MiB. */
const mostRows = 500;
const mostCharacters = 1024 * 1024;

/** Cuts rows into what one statement may write, by their number and by their size. */
export function batches<T extends object>(rows: readonly T[]): T[][] {
  const all: T[][] = [];
  let batch: T[] = [];
  let characters = 0;
  for (const row of rows) {
    const size = JSON.stringify(row).length;
    if (batch.length > 0 && (batch.length === mostRows || characters + size > mostCharacters)) {
      all.push(batch);
      batch = [];
      characters = 0;
    }
    batch.push(row);
    characters += size;
  }
  if (batch.length > 0) all.push(batch);
  return all;
}
