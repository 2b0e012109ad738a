import { useQuery } from "@tanstack/react-query";
import { api, send } from "../../api/client";
import { keys } from "../../api/keys";
import { usePages } from "../../api/pages";
import type { Delivery, Webhook, WebhookRequest } from "../../api/types";
import { useAction } from "../../api/useAction";
import { requestOf, savedRequest, type WebhookDraft } from "./webhookForm";

export function useWebhooks() {
  return usePages<Webhook>(keys.webhooks, (cursor, signal) =>
    send(api.GET("/api/v1/webhooks", { params: { query: cursor }, signal })),
  );
}

export function useWebhook(id: number) {
  return useQuery({
    queryKey: keys.webhook(id),
    queryFn: ({ signal }) => send(api.GET("/api/v1/webhooks/{id}", { params: { path: { id } }, signal })),
  });
}

export function useDeliveries(id: number) {
  return usePages<Delivery>(keys.deliveries(id), (cursor, signal) =>
    send(api.GET("/api/v1/webhooks/{id}/deliveries", { params: { path: { id }, query: cursor }, signal })),
  );
}

export function useAttempts(id: number) {
  return useQuery({
    queryKey: keys.attempts(id),
    queryFn: ({ signal }) => send(api.GET("/api/v1/webhooks/{id}/attempts", { params: { path: { id } }, signal })),
  });
}

export function useCreateWebhook() {
  return useAction({
    run: (draft: WebhookDraft) => send(api.POST("/api/v1/webhooks", { body: requestOf(draft) })),
    changes: [keys.webhooks],
    showsFailure: true,
  });
}

export function useUpdateWebhook(id: number) {
  return useAction({
    run: (body: WebhookRequest) => send(api.PUT("/api/v1/webhooks/{id}", { params: { path: { id } }, body })),
    done: () => "Saved.",
    changes: [keys.webhooks],
    showsFailure: true,
  });
}

/** Switching one off and on again keeps everything else as it is, what is not shown too. */
export function useEnableWebhook(webhook: Webhook) {
  return useAction({
    run: (enabled: boolean) =>
      send(
        api.PUT("/api/v1/webhooks/{id}", {
          params: { path: { id: webhook.id } },
          body: { ...savedRequest(webhook), enabled },
        }),
      ),
    done: ({ name, enabled }) => (enabled ? `${name} is told again.` : `${name} is told nothing until you enable it.`),
    changes: [keys.webhooks],
  });
}

export function useDeleteWebhook(webhook: Pick<Webhook, "id" | "name">) {
  return useAction({
    run: () => send(api.DELETE("/api/v1/webhooks/{id}", { params: { path: { id: webhook.id } } })),
    done: () => `${webhook.name} was deleted.`,
  });
}

export function useTestWebhook(id: number) {
  return useAction({
    run: () => send(api.POST("/api/v1/webhooks/{id}/test", { params: { path: { id } } })),
  });
}

/** Samples of every event it is told of, or with settings as they are typed. `id`: whose saved secrets may be used. */
export function useTestSettings(id: number | null) {
  return useAction({
    run: (request: { webhook?: WebhookRequest; events?: string[] }) =>
      send(api.POST("/api/v1/webhooks/test", { body: { ...request, id } })),
    showsFailure: true,
  });
}

export function useResendDelivery(webhookId: number) {
  return useAction({
    run: (id: string) => send(api.POST("/api/v1/deliveries/{id}/resend", { params: { path: { id } } })),
    done: () => "It will be sent again in a moment.",
    changes: [keys.deliveries(webhookId), keys.attempts(webhookId)],
  });
}
