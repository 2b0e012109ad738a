import {
  NumberInput,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import type { TargetCredentials } from "../../api/types";
import { CredentialFields } from "./CredentialFields";
import styles from "./StorageFields.module.css";
import { type StorageFieldsProps, textField } from "./storageField";
import { PROTECTIONS, STORAGE_TYPES, type StorageType } from "./storageForm";

/** Which kind of storage, and the fields of that kind. */
export function StorageFields({ held, ...fields }: StorageFieldsProps & { held: TargetCredentials | null }) {
  const { draft, errors, set } = fields;
  return (
    <Stack>
      <div>
        <SegmentedControl
          fullWidth
          aria-label="Kind of storage"
          className={styles.types}
          data={[...STORAGE_TYPES]}
          value={draft.type}
          onChange={(type) => set({ type: type as StorageType })}
        />
        {errors.type && (
          <Text size="xs" c="var(--mantine-color-error)" role="alert" pt={4}>
            {errors.type}
          </Text>
        )}
      </div>
      {draft.type === "local" && <FolderField {...fields} />}
      {draft.type === "nfs" && <MountFields {...fields} />}
      {draft.type === "smb" && <ShareFields {...fields} />}
      {draft.type === "s3" && <BucketFields {...fields} />}
      {(draft.type === "smb" || draft.type === "s3") && <CredentialFields {...fields} held={held} />}
    </Stack>
  );
}

function FolderField(fields: StorageFieldsProps) {
  return (
    <TextInput
      label="Folder"
      description="The absolute path of a folder on the machine that Fixity runs on, such as /srv/photos. Everything below it is watched; links are not followed out of it."
      placeholder="/srv/photos"
      required
      {...textField(fields, "root", "root")}
    />
  );
}

function MountFields(fields: StorageFieldsProps) {
  return (
    <>
      <TextInput
        label="Mount point"
        description="Where the network file system is mounted on the machine that Fixity runs on. While nothing is mounted there, scans fail and nothing counts as deleted."
        placeholder="/mnt/nas"
        required
        {...textField(fields, "root", "root")}
      />
      <TextInput
        label="Source"
        description="As the mount table says it. Empty: recorded by the first scan, and held to from then on."
        placeholder="nas:/export/photos"
        {...textField(fields, "nfsSource", "connection.nfs.source")}
      />
      <TextInput
        label="Types of file system"
        description="Those that count as a network file system. Empty: the usual ones, such as nfs, nfs4 and cifs."
        placeholder="nfs4, fuse.sshfs"
        {...textField(fields, "nfsFileSystems", "connection.nfs.fileSystems")}
      />
    </>
  );
}

function ShareFields(fields: StorageFieldsProps) {
  const { draft, errors, set } = fields;
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          label="Server"
          description="Its name or address."
          placeholder="nas.example.org"
          required
          {...textField(fields, "server", "connection.smb.server")}
        />
        <TextInput
          label="Share"
          description="Its name alone."
          placeholder="photos"
          required
          {...textField(fields, "share", "connection.smb.share")}
        />
        <TextInput
          label="Folder in the share"
          description="Empty: the whole share."
          placeholder="2024/originals"
          {...textField(fields, "path", "connection.smb.path")}
        />
        <NumberInput
          label="Port"
          description="A server's usual one is 445."
          min={1}
          max={65_535}
          allowDecimal={false}
          value={draft.port}
          error={errors["connection.smb.port"]}
          onChange={(port) => set({ port: typeof port === "number" ? port : "" })}
        />
      </SimpleGrid>
      <Select
        label="Protection"
        description="Where the server does not do it, there is no scan."
        data={PROTECTIONS}
        allowDeselect={false}
        value={draft.protection}
        onChange={(protection) => set({ protection: protection ?? "sign" })}
      />
      {draft.protection === "offered" && (
        <Text size="sm" c="var(--fx-warn-text)">
          An attacker on the way could have other content read than the share holds.
        </Text>
      )}
    </>
  );
}

function BucketFields(fields: StorageFieldsProps) {
  const { draft, set } = fields;
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          label="Bucket"
          placeholder="backups"
          required
          {...textField(fields, "bucket", "connection.s3.bucket")}
        />
        <TextInput label="Region" placeholder="us-east-1" {...textField(fields, "region", "connection.s3.region")} />
      </SimpleGrid>
      <TextInput
        label="Prefix"
        description="Only the objects below it. Empty: the whole bucket."
        placeholder="photos/2024/"
        {...textField(fields, "prefix", "connection.s3.prefix")}
      />
      <TextInput
        label="Endpoint"
        description="Of any service that speaks S3. Empty: Amazon's own for the region."
        placeholder="https://s3.example.org:9000"
        {...textField(fields, "endpoint", "connection.s3.endpoint")}
      />
      {draft.endpoint.trim() !== "" && (
        <>
          {draft.endpoint.trim().startsWith("http:") && (
            <Text size="sm" c="var(--fx-warn-text)">
              Not encrypted: whoever is on the way can read what is read, and change it.
            </Text>
          )}
          <Switch
            label="The bucket's name is in the path"
            description="Not in the host name. Most services of one's own want it so."
            checked={draft.pathStyle}
            onChange={(event) => set({ pathStyle: event.currentTarget.checked })}
          />
          <Textarea
            label="Certificate of the authority"
            description="PEM. Only where the endpoint's certificate comes from an authority of your own."
            placeholder="-----BEGIN CERTIFICATE-----"
            autosize
            minRows={2}
            maxRows={8}
            {...textField(fields, "certificate", "connection.s3.certificate")}
          />
        </>
      )}
    </>
  );
}
