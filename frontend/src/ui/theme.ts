import { createTheme } from "@mantine/core";

/** Mantine in Fixity's clothes: one calm colour, system fonts, nothing shouting in capitals. */
export const theme = createTheme({
  primaryColor: "cyan",
  primaryShade: 9,
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  headings: { fontWeight: "650" },
  components: {
    // Its own words contain "password", so that two things on the form would answer to that name.
    PasswordInput: { defaultProps: { visibilityToggleButtonProps: { "aria-label": "Show or hide what is typed" } } },
  },
});
