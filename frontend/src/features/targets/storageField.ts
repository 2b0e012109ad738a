import type { StorageDraft } from "./storageForm";

export interface StorageFieldsProps {
  draft: StorageDraft;
  errors: Record<string, string>;
  set: (change: Partial<StorageDraft>) => void;
}

/** A field whose value is text and no prose. */
export function textField(
  { draft, errors, set }: StorageFieldsProps,
  name: { [K in keyof StorageDraft]: StorageDraft[K] extends string ? K : never }[keyof StorageDraft],
  field: string,
) {
  return {
    spellCheck: false,
    autoCapitalize: "off",
    autoComplete: "off",
    value: draft[name],
    error: errors[field],
    onChange: (event: { currentTarget: { value: string } }) => set({ [name]: event.currentTarget.value }),
  };
}
