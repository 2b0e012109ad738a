import { Select } from "@mantine/core";
import type { Role } from "../../api/types";
import { may } from "../auth/roles";

const ROLES: readonly { value: Role; label: string }[] = [
  { value: "viewer", label: "Viewer: sees everything, changes nothing" },
  { value: "operator", label: "Operator: also scans, acknowledges, accepts" },
  { value: "admin", label: "Admin: also targets, webhooks, users" },
];

interface Props {
  value: Role;
  onChange: (role: Role) => void;
  /** The highest that may be chosen; all where it is left out. */
  most?: Role | undefined;
  error?: string | undefined;
}

export function RoleSelect({ value, onChange, most, error }: Props) {
  return (
    <Select
      label="Role"
      data={ROLES.filter((role) => most === undefined || may(most, role.value))}
      allowDeselect={false}
      value={value}
      error={error}
      onChange={(role) => onChange((role ?? "viewer") as Role)}
    />
  );
}
