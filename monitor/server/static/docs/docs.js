// The interface as /openapi.json describes it, without anything from outside.

import { byId, h } from "../dom.js";

const api = await (await fetch("../openapi.json")).json();
byId("docs").append(
  h("h1", {}, `${api.info.title} ${api.info.version}`), h("p", {}, api.info.description),
  h("p", {}, h("a", { href: "../openapi.json" }, "openapi.json")));
for (const [path, methods] of Object.entries(api.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    byId("docs").append(h("h2", {}, `${method.toUpperCase()} ${path}`), h("p", {}, operation.description ?? operation.summary));
    for (const [status, answer] of Object.entries(operation.responses)) byId("docs").append(h("p", {}, `${status}: ${answer.description}`));
  }
}
for (const [name, schema] of Object.entries(api.components?.schemas ?? {})) {
  byId("docs").append(h("h2", {}, name), h("pre", {}, JSON.stringify(schema, null, 2)));
}
