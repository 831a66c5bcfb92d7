import { readFileSync } from "node:fs";
import { BaseFileError } from "../render/base-file.js";
import type { OpenstackAccess } from "../render/openstack-jobs.js";
import type { Settings } from "../settings/settings.js";

type OpenstackSettings = NonNullable<NonNullable<Settings["prometheus"]>["openstack"]>;

const imageId = /^[\w-]{1,64}$/;

/** Who asks OpenStack for instances, with the images whose instances are scraped as their file says now. */
export class OpenstackSource {
  /** Changes whenever the settings or the file of images do. */
  readonly fingerprint: string;
  readonly #text: string | undefined;

  constructor(private readonly settings: OpenstackSettings | undefined) {
    const { imagesFile } = settings ?? {};
    let found = "";
    try {
      this.#text = imagesFile === undefined ? undefined : readFileSync(imagesFile, "utf8");
    } catch (error) {
      found = error instanceof Error ? error.message : String(error);
    }
    this.fingerprint = JSON.stringify([settings, this.#text, found]);
  }

  /**
   * What Prometheus is given; undefined where the settings name no OpenStack. Throws a BaseFileError when the file of images
   * cannot be read or names none: it is never taken for "no image", which would end all discovered scrapes.
   */
  read(): OpenstackAccess | undefined {
    if (this.settings === undefined) return undefined;
    const { imagesFile, ...access } = this.settings;
    if (imagesFile === undefined) return { ...access, images: undefined };
    if (this.#text === undefined) throw new BaseFileError(imagesFile, "", "cannot be read");
    const lines = this.#text.split("\n").map((line) => line.replace(/#.*/, "").trim());
    const images = [...new Set(lines.filter((line) => line !== ""))].toSorted();
    const wrong = images.find((id) => !imageId.test(id));
    if (wrong !== undefined) throw new BaseFileError(imagesFile, "", `${JSON.stringify(wrong)} is no id of an image`);
    if (images.length === 0)
      throw new BaseFileError(imagesFile, "", "names no image: the instances of none would be scraped");
    return { ...access, images };
  }
}
