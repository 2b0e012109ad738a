import { alerts } from "./alerts";
import { auth } from "./auth";
import { changes } from "./changes";
import { common } from "./common";
import { files } from "./files";
import { overview } from "./overview";
import { scans } from "./scans";
import { settings } from "./settings";
import { targets } from "./targets";

/** Everything that the app says in English. Another language is a folder like this one, of the same shape. */
export const en = { common, alerts, auth, changes, files, overview, scans, settings, targets } as const;
