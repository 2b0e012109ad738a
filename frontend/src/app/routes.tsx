import { createBrowserRouter, Navigate } from "react-router";
import { Loading } from "../ui/states";
import { ErrorPage, NotFoundPage } from "./ErrorPage";
import { SignedInFrame } from "./SignedInFrame";

/** Every address of the app. A page's code is fetched when it is first visited. */
export const router = createBrowserRouter([
  {
    errorElement: <ErrorPage />,
    hydrateFallbackElement: <Loading what="Fixity" />,
    children: [
      { path: "/sign-in", lazy: { Component: async () => (await import("../features/auth/SignInPage")).SignInPage } },
      { path: "/setup", lazy: { Component: async () => (await import("../features/auth/SetupPage")).SetupPage } },
      {
        element: <SignedInFrame />,
        children: [
          {
            errorElement: <ErrorPage />,
            children: [
              {
                index: true,
                lazy: { Component: async () => (await import("../features/overview/OverviewPage")).OverviewPage },
              },
              {
                path: "targets",
                lazy: { Component: async () => (await import("../features/targets/TargetsPage")).TargetsPage },
              },
              {
                path: "targets/new",
                lazy: { Component: async () => (await import("../features/targets/TargetFormPage")).NewTargetPage },
              },
              {
                path: "targets/:targetId",
                lazy: { Component: async () => (await import("../features/targets/TargetPage")).TargetPage },
              },
              {
                path: "targets/:targetId/edit",
                lazy: { Component: async () => (await import("../features/targets/TargetFormPage")).EditTargetPage },
              },
              {
                path: "scans",
                lazy: { Component: async () => (await import("../features/scans/ScansPage")).ScansPage },
              },
              {
                path: "scans/:scanId",
                lazy: { Component: async () => (await import("../features/scans/ScanPage")).ScanPage },
              },
              {
                path: "changes",
                lazy: { Component: async () => (await import("../features/changes/ChangesPage")).ChangesPage },
              },
              {
                path: "files",
                lazy: { Component: async () => (await import("../features/files/FilesPage")).FilesPage },
              },
              {
                path: "files/:fileId",
                lazy: { Component: async () => (await import("../features/files/FilePage")).FilePage },
              },
              {
                path: "alerts",
                lazy: { Component: async () => (await import("../features/alerts/AlertsPage")).AlertsPage },
              },
              {
                path: "alerts/new",
                lazy: { Component: async () => (await import("../features/alerts/WebhookFormPage")).NewWebhookPage },
              },
              {
                path: "alerts/:webhookId",
                lazy: { Component: async () => (await import("../features/alerts/WebhookPage")).WebhookPage },
              },
              {
                path: "alerts/:webhookId/edit",
                lazy: { Component: async () => (await import("../features/alerts/WebhookFormPage")).EditWebhookPage },
              },
              { path: "settings", element: <Navigate to="/settings/about" replace /> },
              {
                path: "settings/:tab",
                lazy: { Component: async () => (await import("../features/settings/SettingsPage")).SettingsPage },
              },
              { path: "*", element: <NotFoundPage /> },
            ],
          },
        ],
      },
    ],
  },
]);
