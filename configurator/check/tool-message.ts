/**
 * What promtool, amtool or the blackbox exporter found wrong, without their decoration and without the path of the folder
 * that was checked, which nobody will find again.
 */
export function toolMessage(output: string, folder: string): string {
  const findings = output.split("\n").flatMap((line) => {
    const logged = /\berr="((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
    if (logged !== undefined) return [logged.replaceAll('\\"', '"').replaceAll("\\\\", "\\")];
    if (/^ts=|SUCCESS:|^amtool: error: failed to validate/.test(line)) return [];
    return [line.replace(/^Checking (?:'[^']*'|\S*)/, "").replace(/^\s*FAILED:/, "")];
  });
  const message = findings
    .map((line) => line.replaceAll(`${folder}/`, "").trim())
    .filter((line) => line !== "")
    .join("; ");
  return message === "" ? "the check failed without a message" : message;
}
