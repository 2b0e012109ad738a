import { Alert } from "@mantine/core";
import type { Target } from "../../api/types";
import { When } from "../../ui/values";
import { describeGuarantee } from "./guarantee";

/** Says when the verification guarantee is broken, or cannot be kept; nothing while it holds. */
export function GuaranteeAlert({ target }: { target: Target }) {
  const { guarantee } = target;
  if (guarantee?.breachedSince) {
    return (
      <Alert color="orange" title="Verification is overdue">
        {describeGuarantee(target)} That has been so since <When time={guarantee.breachedSince} />. Every scan reads the
        oldest first; a full verification makes up for it at once.
      </Alert>
    );
  }
  if (guarantee?.canBeMet === false) {
    return (
      <Alert color="orange" title="The verification guarantee cannot be kept">
        {describeGuarantee(target)} Allow more days, scan more often, or lift what holds the reading back.
      </Alert>
    );
  }
  return null;
}
