import { PasswordInput, Select, SimpleGrid, TextInput } from "@mantine/core";
import type { TargetCredentials } from "../../api/types";
import { type StorageFieldsProps, textField } from "./storageField";
import { type CredentialsChoice, describeCredentials } from "./storageForm";

interface Props extends StorageFieldsProps {
  /** Null: it is a new target. */
  held: TargetCredentials | null;
}

/** How the scanner is let in. What is stored is never shown again, only replaced. */
export function CredentialFields({ held, ...fields }: Props) {
  const { draft, errors, set } = fields;
  return (
    <>
      <Select
        label="Credentials"
        data={choicesFor(draft.type, held)}
        allowDeselect={false}
        value={draft.credentials}
        error={errors.credentials}
        onChange={(choice) => set({ credentials: (choice ?? "secret") as CredentialsChoice })}
      />
      {draft.credentials === "secret" && (draft.type === "s3" ? <KeyFields {...fields} /> : <UserFields {...fields} />)}
      {draft.credentials === "reference" && (
        <TextInput
          label="Reference"
          description="A file or a variable of the scanner, read again at each scan: a new password only has to be put there."
          placeholder="file:/run/secrets/nas or env:FIXITY_CREDENTIALS_NAS"
          required
          {...textField(fields, "reference", "credentials.reference")}
        />
      )}
    </>
  );
}

function choicesFor(type: string, held: TargetCredentials | null) {
  const isKept = held !== null && held.source !== "none";
  return [
    ...(isKept ? [{ value: "keep", label: `As they are (${describeCredentials(held)})` }] : []),
    {
      value: "secret",
      label: type === "s3" ? "An access key, stored encrypted" : "User and password, stored encrypted",
    },
    { value: "reference", label: "From a file or a variable of the scanner" },
    // A share lets nobody in without any; only what is there can be taken away.
    ...(type === "s3" || held !== null
      ? [{ value: "none", label: isKept ? "None: forget those that are there" : "None" }]
      : []),
  ];
}

function UserFields(fields: StorageFieldsProps) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 3 }}>
      <TextInput label="User" required {...textField(fields, "user", "credentials.user")} />
      <Secret label="Password" {...fields} />
      <TextInput label="Domain" placeholder="None" {...textField(fields, "domain", "credentials.domain")} />
    </SimpleGrid>
  );
}

function KeyFields(fields: StorageFieldsProps) {
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput label="Access key id" required {...textField(fields, "user", "credentials.user")} />
        <Secret label="Secret access key" {...fields} />
      </SimpleGrid>
      <TextInput
        label="Session token"
        description="Only with temporary keys."
        {...textField(fields, "sessionToken", "credentials.sessionToken")}
      />
    </>
  );
}

function Secret({ label, ...fields }: StorageFieldsProps & { label: string }) {
  return (
    <PasswordInput
      label={label}
      required
      {...textField(fields, "secret", "credentials.secret")}
      // Or the browser offers the password of Fixity itself.
      autoComplete="new-password"
    />
  );
}
