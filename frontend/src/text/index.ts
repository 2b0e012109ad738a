import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { en } from "./en";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    resources: typeof en;
  }
}

/**
 * The catalogue of all that the app says. Components ask by `useTranslation("scans")`, other code by `t("scans:title")`;
 * plurals are keys that end in _one and _other, chosen by Intl.PluralRules.
 */
void i18next.use(initReactI18next).init({
  lng: "en",
  fallbackLng: "en",
  defaultNS: "common",
  resources: { en },
  // React escapes what it shows.
  interpolation: { escapeValue: false },
});

export const t = i18next.t;
