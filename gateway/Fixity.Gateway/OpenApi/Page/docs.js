// Shows /openapi/v1.json to people. Everything is made as elements and text, never as markup: nothing in it can act.
(function () {
  "use strict";

  const PROBLEM = "application/problem+json";
  const SCHEME_KEY = "mantine-color-scheme-value"; // the app's own, so that both look alike
  const METHODS = ["get", "post", "put", "patch", "delete"];
  let description;

  showScheme();
  document.getElementById("scheme").addEventListener("click", () => {
    const next = document.documentElement.dataset.scheme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem(SCHEME_KEY, next);
    } catch {
      // A browser that keeps nothing: the choice lasts as long as the page.
    }
    showScheme(next);
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => showScheme());

  fetch("/openapi/v1.json")
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`HTTP ${answer.status}`))))
    .then(show)
    .catch((error) => {
      document.getElementById("state").textContent = `The description cannot be read now (${error.message}). Load the page again.`;
    });

  function showScheme(chosen) {
    let scheme = chosen;
    try {
      scheme ??= localStorage.getItem(SCHEME_KEY);
    } catch {
      // As above.
    }
    if (scheme !== "dark" && scheme !== "light") {
      scheme = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    }
    document.documentElement.dataset.scheme = scheme;
    document.getElementById("scheme").textContent = scheme === "dark" ? "Light" : "Dark";
  }

  function show(read) {
    description = read;
    const main = document.getElementById("requests");
    const contents = document.getElementById("contents");
    document.getElementById("state").remove();
    main.append(introduction());
    for (const [tag, operations] of byTag()) {
      const list = make("ul");
      const section = make("section", {}, make("h2", { id: `tag-${tag}` }, spaced(tag)));
      for (const operation of operations) {
        list.append(make("li", {}, make("a", { href: `#${operation.id}` }, method(operation), operation.summary)));
        section.append(article(operation));
      }
      contents.append(make("h2", {}, spaced(tag)), list);
      main.append(section);
    }
    find(main, contents);
    if (location.hash) {
      document.getElementById(location.hash.slice(1))?.scrollIntoView();
    }
  }

  function introduction() {
    const missing = description["x-fixity-missing"];
    const intro = make(
      "section",
      {},
      make("h2", {}, `${description.info.title} ${description.info.version}`),
      make(
        "p",
        {},
        "JSON over HTTP. Send a token as ",
        make("code", {}, "Authorization: Bearer fxt_…"),
        "; lists come in pages, ",
        make("code", {}, "nextCursor"),
        " leads to the next one. What fails is answered as a problem (RFC 9457), to be told by its ",
        make("code", {}, "type"),
        ". A role may do what the ones before it may: viewer, operator, admin.",
      ),
    );
    if (missing) {
      intro.append(make("p", {}, make("strong", {}, `Not described at the moment, because they do not answer: ${missing.join(", ")}.`)));
    }
    return intro;
  }

  function byTag() {
    const tags = new Map();
    for (const [path, item] of Object.entries(description.paths)) {
      for (const verb of METHODS.filter((name) => item[name])) {
        const operation = { ...item[verb], path, verb };
        operation.id = operation.operationId ?? `${verb}${path}`;
        const tag = operation.tags?.[0] ?? "Other";
        tags.set(tag, [...(tags.get(tag) ?? []), operation]);
      }
    }
    return [...tags].sort(([one], [other]) => one.localeCompare(other));
  }

  function article(operation) {
    const role = operation["x-fixity-role"];
    const shown = make(
      "article",
      { id: operation.id },
      make(
        "h3",
        {},
        method(operation),
        make("a", { href: `#${operation.id}`, class: "path" }, operation.path),
        make("span", { class: "role" }, role === "admin" ? role : role ? `${role} or more` : "anybody"),
      ),
      make("p", {}, operation.summary ?? ""),
    );
    if (operation.description) {
      shown.append(make("p", { class: "dim" }, operation.description));
    }
    shown.append(...parameters(operation), ...requestBody(operation), ...answers(operation), ...problems(operation), ...command(operation));
    return shown;
  }

  function method(operation) {
    return make("span", { class: `method ${operation.verb}` }, operation.verb === "delete" ? "del" : operation.verb);
  }

  function parameters(operation) {
    const rows = (operation.parameters ?? []).map((parameter) =>
      make(
        "tr",
        {},
        make("th", { scope: "row" }, make("code", {}, parameter.name), parameter.required ? " *" : ""),
        make("td", { class: "type" }, `${typeOf(parameter.schema)}, ${parameter.in}`),
        make("td", {}, parameter.description ?? ""),
      ),
    );
    return rows.length > 0 ? [make("h4", {}, "Parameters"), table(rows)] : [];
  }

  function requestBody(operation) {
    const content = operation.requestBody?.content ?? {};
    return Object.entries(content).flatMap(([type, media]) => [make("h4", {}, `Body, ${type}`), ...bodyParts(media)]);
  }

  function answers(operation) {
    return Object.entries(operation.responses ?? {})
      .filter(([status]) => status.startsWith("2"))
      .flatMap(([status, response]) => {
        const bodies = Object.entries(response.content ?? {});
        const said = response.description && !/^(OK|Created|Accepted|No Content)$/.test(response.description) ? response.description : null;
        const heading = (type) => make("h4", {}, type ? `Answer ${status}, ${type}` : `Answer ${status}, without a body`);
        const parts = bodies.length > 0 ? bodies.flatMap(([type, media]) => [heading(type), ...bodyParts(media)]) : [heading(null)];
        const events = Object.entries(response["x-fixity-events"] ?? {}).map(([name, events]) =>
          make("li", {}, make("code", {}, name), " ", schemaTree(events, 0)),
        );
        return [...parts, ...(said ? [make("p", {}, said)] : []), ...(events.length > 0 ? [make("ul", { class: "schema" }, ...events)] : [])];
      });
  }

  function bodyParts(media) {
    const parts = [];
    if (media.schema && (media.schema.$ref || media.schema.type !== "string")) {
      parts.push(make("div", { class: "schema" }, schemaTree(media.schema, 0)));
    }
    if (media.example !== undefined) {
      const text = typeof media.example === "string" ? media.example : JSON.stringify(media.example, null, 2);
      parts.push(make("details", {}, make("summary", {}, "Example"), make("pre", { tabindex: "0" }, text)));
    }
    return parts;
  }

  function problems(operation) {
    const rows = Object.entries(operation.responses ?? {}).flatMap(([status, response]) =>
      Object.entries(response.content?.[PROBLEM]?.examples ?? {}).map(([slug, example]) => {
        const value = follow(example).value;
        return make(
          "tr",
          {},
          make("td", { class: "type" }, status),
          make("th", { scope: "row" }, make("code", {}, value.type)),
          make("td", {}, `${value.title}. `, make("span", { class: "dim" }, slug === "validation" ? "errors names each wrong member." : value.detail)),
        );
      }),
    );
    return rows.length > 0
      ? [make("details", {}, make("summary", {}, `Problems (${rows.length})`), table(rows))]
      : [];
  }

  function command(operation) {
    const lines = [`curl "$FIXITY${operation.path}"`];
    if (operation.verb !== "get") {
      lines[0] = `curl -X ${operation.verb.toUpperCase()} "$FIXITY${operation.path}"`;
    }
    if (operation["x-fixity-role"]) {
      lines.push('-H "Authorization: Bearer $TOKEN"');
    }
    const example = operation.requestBody?.content?.["application/json"]?.example;
    if (example !== undefined) {
      lines.push('-H "Content-Type: application/json"', `-d '${JSON.stringify(example).replaceAll("'", "'\\''")}'`);
    }
    return [make("details", {}, make("summary", {}, "curl"), make("pre", { tabindex: "0" }, lines.join(" \\\n  ")))];
  }

  /** The members of a schema; what they are made of is shown when it is opened. */
  function schemaTree(given, level, label = nameOf(given) ?? typeOf(given)) {
    const parts = membersOf(follow(given));
    if (parts.length === 0 || level > 12) {
      return make("span", { class: "type" }, label);
    }
    const tree = make("details", {}, make("summary", {}, make("span", { class: "type" }, label)));
    tree.addEventListener(
      "toggle",
      () => tree.append(make("ul", {}, ...parts.map(([name, member, required]) => memberItem(name, member, required, level)))),
      { once: true },
    );
    return tree;
  }

  function memberItem(name, member, required, level) {
    const inner = innermost(member);
    const said = member.description ?? follow(inner).description;
    return make(
      "li",
      {},
      make("code", {}, name),
      required ? " " : " ? ",
      ...(said ? [make("span", {}, `${said} `)] : []),
      schemaTree(inner, level + 1, typeOf(member)),
    );
  }

  function membersOf(schema) {
    if (schema.properties) {
      return Object.entries(schema.properties).map(([name, member]) => [name, member, schema.required?.includes(name)]);
    }
    return schema.items && innermost(schema) !== schema ? membersOf(follow(innermost(schema))) : [];
  }

  /** What an array is of, or what may be null. */
  function innermost(schema) {
    const some = schema.oneOf?.find((one) => one.type !== "null");
    if (some) {
      return innermost(some);
    }
    const followed = follow(schema);
    return followed.items && !schema.$ref ? innermost(followed.items) : schema;
  }

  function typeOf(given) {
    if (!given) {
      return "anything";
    }
    if (given.oneOf) {
      return given.oneOf.map((one) => (one.type === "null" ? "null" : typeOf(one))).sort((one) => (one === "null" ? 1 : -1)).join(" or ");
    }
    const schema = follow(given);
    if (schema.enum) {
      return schema.enum.filter((word) => word !== null).join(" | ");
    }
    const types = [schema.type ?? "anything"].flat().filter((type) => type !== "null");
    const words = types.map((type) => {
      if (type === "array") {
        return `list of ${typeOf(schema.items)}`;
      }
      return type === "object" ? (nameOf(given) ?? "object") : schema.format === "date-time" ? "time" : type;
    });
    return [schema.type ?? []].flat().includes("null") ? `${words.join(" or ")} or null` : words.join(" or ");
  }

  function nameOf(schema) {
    return schema.$ref?.split("/").at(-1) ?? null;
  }

  function follow(node) {
    let found = node;
    while (found?.$ref) {
      found = found.$ref.slice(2).split("/").reduce((within, part) => within?.[part], description);
    }
    return found ?? {};
  }

  function find(main, contents) {
    const input = document.getElementById("find");
    const shown = [...main.querySelectorAll("article")].map((one) => ({
      one,
      link: contents.querySelector(`a[href="#${CSS.escape(one.id)}"]`)?.parentElement,
      text: one.textContent.toLowerCase(),
    }));
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const { one, link, text } of shown) {
        const isWanted = words.every((word) => text.includes(word));
        one.hidden = !isWanted;
        if (link) {
          link.hidden = !isWanted;
        }
      }
      for (const section of main.querySelectorAll("section")) {
        section.hidden = section.querySelector("article") !== null && section.querySelector("article:not([hidden])") === null;
      }
      for (const heading of contents.querySelectorAll("h2")) {
        heading.hidden = heading.nextElementSibling.querySelector("li:not([hidden])") === null;
      }
    });
  }

  function table(rows) {
    return make("div", { class: "scroll" }, make("table", {}, make("tbody", {}, ...rows)));
  }

  function spaced(word) {
    return word.replace(/([a-z])([A-Z])/g, (_, end, start) => `${end} ${start.toLowerCase()}`);
  }

  function make(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes ?? {})) {
      element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  }
})();
