import { useNavigate, useParams } from "react-router";
import { Loaded } from "../../ui/Loaded";
import { OneTimeSecret } from "../../ui/OneTimeSecret";
import { PageHeader } from "../../ui/PageHeader";
import { Panel } from "../../ui/Panel";
import { WebhookForm } from "./WebhookForm";
import { draftOf, newDraft, requestOf, type WebhookDraft } from "./webhookForm";
import { useCreateWebhook, useUpdateWebhook, useWebhook } from "./webhookQueries";

/** A secret that was typed is known already, and only a signature of http needs one. */
function isWorthShowing(draft: WebhookDraft): boolean {
  return draft.secret === "" && (draft.format === "fixity" || draft.format === "template");
}

export function NewWebhookPage() {
  const create = useCreateWebhook();
  const navigate = useNavigate();

  if (create.data && create.variables && isWorthShowing(create.variables)) {
    const { id, name, secret } = create.data;
    return (
      <>
        <PageHeader title={`${name} was added`} />
        <Panel title="Its secret">
          <OneTimeSecret value={secret} label="Copy secret" onDone={() => navigate(`/alerts/${id}`)}>
            The receiver checks with it that a message comes from Fixity: the header X-Signature is the HMAC-SHA256 of
            the timestamp header, a dot and the body.
          </OneTimeSecret>
        </Panel>
      </>
    );
  }

  return (
    <>
      <PageHeader title="Add a receiver" />
      <WebhookForm
        initial={newDraft()}
        id={null}
        submit="Add receiver"
        error={create.error}
        busy={create.isPending}
        onSubmit={(draft) =>
          create.mutate(draft, {
            onSuccess: ({ id }) => {
              if (!isWorthShowing(draft)) {
                navigate(`/alerts/${id}`);
              }
            },
          })
        }
        onCancel={() => navigate("/alerts")}
      />
    </>
  );
}

export function EditWebhookPage() {
  const id = Number(useParams().webhookId);
  const webhook = useWebhook(id);
  const update = useUpdateWebhook(id);
  const navigate = useNavigate();
  const back = () => navigate(`/alerts/${id}`);

  return (
    <Loaded query={webhook} what="the receiver">
      {(loaded) => (
        <>
          <PageHeader title={`Edit ${loaded.name}`} />
          <WebhookForm
            initial={draftOf(loaded)}
            id={id}
            submit="Save"
            error={update.error}
            busy={update.isPending}
            onSubmit={(draft) => update.mutate(requestOf(draft), { onSuccess: back })}
            onCancel={back}
          />
        </>
      )}
    </Loaded>
  );
}
