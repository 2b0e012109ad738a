import { Select } from "@mantine/core";
import { useTargets } from "./targetQueries";

interface Props {
  value: number | undefined;
  onChange: (id: number | null) => void;
}

/** Chooses one target, or all. */
export function TargetSelect({ value, onChange }: Props) {
  const targets = useTargets();
  return (
    <Select
      aria-label="Target"
      placeholder="All targets"
      data={(targets.items ?? []).map(({ id, name }) => ({ value: String(id), label: name }))}
      searchable
      clearable
      value={value === undefined ? null : String(value)}
      onChange={(id) => onChange(id === null ? null : Number(id))}
    />
  );
}
