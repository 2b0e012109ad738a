import { Select } from "@mantine/core";
import type { Role } from "../../api/types";

const ROLES = [
  { value: "viewer", label: "Viewer: sees everything, changes nothing" },
  { value: "operator", label: "Operator: also scans, acknowledges, accepts" },
  { value: "admin", label: "Admin: also targets, webhooks, users" },
];

export function RoleSelect({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  return (
    <Select
      label="Role"
      data={ROLES}
      allowDeselect={false}
      value={value}
      onChange={(role) => onChange((role ?? "viewer") as Role)}
    />
  );
}
