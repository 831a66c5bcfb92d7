import { build } from "./build.mjs";
import { installDebianPackages } from "./debian-packages.mjs";
import { installNpmPackages } from "./npm-packages.mjs";
import { SetUpFailure } from "./progress.mjs";

/** Makes a fresh clone ready to run: npm packages, the Debian packages named, the build. Quick when all is there. */
export async function setUp(debianPackages) {
  checkNode(process.versions.node);
  await installDebianPackages(debianPackages);
  await installNpmPackages();
  await build();
}

/** The same range as `engines` in package.json. */
function checkNode(version) {
  const [major, minor] = version.split(".").map(Number);
  const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (!fits) throw new SetUpFailure(`needs Node.js 20.19 or later of 20, or 22.12 or later; this is ${version}`);
}
