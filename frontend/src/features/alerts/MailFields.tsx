import { Alert, PasswordInput, Select, SimpleGrid, Stack, Textarea, TextInput } from "@mantine/core";
import type { MailSecurity } from "../../api/types";
import type { FieldsProps } from "./WebhookForm";

const SECURITY: readonly { value: MailSecurity; label: string }[] = [
  { value: "starttls", label: "STARTTLS, or nothing is sent" },
  { value: "none", label: "None: in the clear" },
];

/** From whom and to whom a mail goes, and who hands it in. */
export function MailFields({ draft, errors, set }: FieldsProps) {
  const isTls = draft.url.trim().toLowerCase().startsWith("smtps:");
  return (
    <Stack>
      {errors.mail && (
        <Alert color="red" role="alert">
          {errors.mail}
        </Alert>
      )}
      <TextInput
        label="From"
        placeholder="fixity@example.org"
        required
        spellCheck={false}
        value={draft.mailFrom}
        onChange={(event) => set({ mailFrom: event.currentTarget.value })}
      />
      <Textarea
        label="To"
        description="One address a line."
        required
        autosize
        minRows={1}
        spellCheck={false}
        value={draft.mailTo}
        onChange={(event) => set({ mailTo: event.currentTarget.value })}
      />
      {!isTls && (
        <Select
          label="Protection"
          data={SECURITY}
          allowDeselect={false}
          value={draft.mailSecurity === "tls" ? "starttls" : draft.mailSecurity}
          onChange={(security) => security && set({ mailSecurity: security as MailSecurity })}
        />
      )}
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          label="User name"
          description="Empty: the server asks for none."
          autoComplete="off"
          value={draft.mailUserName}
          onChange={(event) => set({ mailUserName: event.currentTarget.value })}
        />
        <PasswordInput
          label="Password"
          description={draft.hasPassword ? "Empty: it stays as it is saved." : "Kept sealed, never shown."}
          autoComplete="off"
          disabled={draft.mailUserName.trim() === ""}
          value={draft.mailPassword}
          onChange={(event) => set({ mailPassword: event.currentTarget.value })}
        />
      </SimpleGrid>
    </Stack>
  );
}
