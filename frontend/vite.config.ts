import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The AppHost names the gateway the Aspire way; GATEWAY_HTTP is for a person who works on the UI alone.
const gateway = process.env.GATEWAY_HTTP ?? process.env.services__gateway__http__0 ?? "http://localhost:8080";

// The Host header stays the browser's, so that the gateway sees the origin it sets its cookie for.
const proxy = {
  "/api": { target: gateway, changeOrigin: false },
  "/openapi": { target: gateway, changeOrigin: false },
};
const port = process.env.PORT ? Number(process.env.PORT) : undefined;
const listen = { proxy, ...(port === undefined ? {} : { port, strictPort: true }) };

export default defineConfig({
  plugins: [react()],
  server: listen,
  preview: listen,
  build: {
    // An inlined asset would be a data: URL, which a strict content security policy refuses.
    assetsInlineLimit: 0,
    // The polyfill is an inline script; browsers that run this code preload modules by themselves.
    modulePreload: { polyfill: false },
  },
  test: { environment: "jsdom", setupFiles: ["src/testing/setup.ts"], css: false },
});
