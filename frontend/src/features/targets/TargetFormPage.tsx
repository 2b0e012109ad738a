import { useNavigate, useParams } from "react-router";
import { Loaded } from "../../ui/Loaded";
import { PageHeader } from "../../ui/PageHeader";
import { useSettings } from "../settings/settingsQueries";
import { TargetForm } from "./TargetForm";
import { withDefaults } from "./targetDefaults";
import { draftOf, newDraft, requestOf } from "./targetForm";
import { useCreateTarget, useTarget, useUpdateTarget } from "./targetQueries";

export function NewTargetPage() {
  const navigate = useNavigate();
  const create = useCreateTarget();
  const settings = useSettings();
  return (
    <>
      <PageHeader title="Add a target" />
      <Loaded query={settings} what="the defaults of new targets">
        {({ items }) => (
          <TargetForm
            initial={withDefaults(newDraft(), items)}
            submit="Add target"
            error={create.error}
            busy={create.isPending}
            onSubmit={(draft) =>
              create.mutate(requestOf(draft, null), { onSuccess: (target) => navigate(`/targets/${target.id}`) })
            }
            onCancel={() => navigate("/targets")}
          />
        )}
      </Loaded>
    </>
  );
}

export function EditTargetPage() {
  const id = Number(useParams().targetId);
  const target = useTarget(id);
  const update = useUpdateTarget(id);
  const navigate = useNavigate();
  const back = () => navigate(`/targets/${id}`);

  return (
    <Loaded query={target} what="the target">
      {(loaded) => (
        <>
          <PageHeader title={`Edit ${loaded.name}`} />
          <TargetForm
            initial={draftOf(loaded)}
            target={loaded}
            submit="Save"
            error={update.error}
            busy={update.isPending}
            onSubmit={(draft) => update.mutate(requestOf(draft, loaded.credentials), { onSuccess: back })}
            onCancel={back}
          />
        </>
      )}
    </Loaded>
  );
}
