import { ActionIcon, Button, Group, Input, PasswordInput, Stack, TextInput } from "@mantine/core";
import type { FieldsProps } from "./WebhookForm";
import type { HeaderDraft } from "./webhookForm";

/** Headers of the requests: an access token most of all. Saved values are never shown. */
export function HeaderFields({ draft, errors, set }: FieldsProps) {
  const change = (at: number, header: Partial<HeaderDraft>) =>
    set({ headers: draft.headers.map((one, index) => (index === at ? { ...one, ...header } : one)) });
  return (
    <Input.Wrapper
      label="Headers"
      description="Sent with each request, such as Authorization. Values are kept sealed and not shown again."
      error={errors.headers}
    >
      <Stack gap="xs" mt="xs">
        {draft.headers.map((header, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row has no other identity while its name is typed
          <Group key={at} gap="xs" wrap="nowrap" align="flex-start">
            <TextInput
              aria-label="Header's name"
              placeholder="Authorization"
              spellCheck={false}
              flex={1}
              value={header.name}
              onChange={(event) => change(at, { name: event.currentTarget.value, isSaved: false })}
            />
            <PasswordInput
              aria-label={`Value of ${header.name || "the header"}`}
              placeholder={header.isSaved ? "stays as it is saved" : "value"}
              autoComplete="off"
              flex={1}
              value={header.value}
              onChange={(event) => change(at, { value: event.currentTarget.value })}
            />
            <ActionIcon
              variant="subtle"
              size="lg"
              aria-label={`Remove header ${header.name}`}
              onClick={() => set({ headers: draft.headers.filter((_, index) => index !== at) })}
            >
              ✕
            </ActionIcon>
          </Group>
        ))}
        <Button
          variant="default"
          size="xs"
          style={{ alignSelf: "flex-start" }}
          onClick={() => set({ headers: [...draft.headers, { name: "", value: "", isSaved: false }] })}
        >
          Add a header
        </Button>
      </Stack>
    </Input.Wrapper>
  );
}
