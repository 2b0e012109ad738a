using System.Globalization;
using System.Text.Json.Nodes;
using Fixity.Gateway.Routing;
using Fixity.Gateway.SignIn;
using Fixity.ServiceDefaults.OpenApi;
using Microsoft.AspNetCore.WebUtilities;

namespace Fixity.Gateway.OpenApi;

/// <summary>Adds to the merged document what only the gateway knows: who may ask, how to sign in, what any request may meet.</summary>
internal static class OpenApiCompletion
{
    private const string ProblemType = "application/problem+json";
    private const string ProblemSchema = "#/components/schemas/ProblemDetails";
    private const string ExamplePrefix = "#/components/examples/";
    private const string TokenScheme = "token";
    private const string SessionScheme = "session";

    private static readonly Dictionary<(string Method, string Path), string> Roles = RouteTable.All.ToDictionary(
        route => (route.Method.ToLowerInvariant(), RouteTable.Root + WithoutConstraints(route.Path)), route => route.Role);

    /// <summary>Changes the document that it is given.</summary>
    public static void Complete(JsonObject document)
    {
        var components = document["components"]!.AsObject();
        components["examples"] = new JsonObject(CommonProblems.All.OrderBy(common => common.Slug, StringComparer.Ordinal)
            .Select(common => KeyValuePair.Create<string, JsonNode?>(common.Slug, ExampleOf(common))));
        components["securitySchemes"] = SecuritySchemes();
        foreach (var (path, item) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in item!.AsObject())
            {
                Complete(method, path, operation!.AsObject());
            }
        }

        ExampleValues.AddTo(document);
    }

    /// <summary>A path of the route table as a document spells it.</summary>
    public static string WithoutConstraints(string path) => path
        .Replace(":long}", "}", StringComparison.Ordinal)
        .Replace(":guid}", "}", StringComparison.Ordinal);

    private static void Complete(string method, string path, JsonObject operation)
    {
        // What is passed on is let in by the table; the service's own word is the second door behind it.
        var isPassedOn = Roles.TryGetValue((method, path), out var role);
        role ??= (string?)operation[ProblemDescriptions.RoleExtension];
        if (role is not null)
        {
            operation[ProblemDescriptions.RoleExtension] = role;
        }

        operation["security"] = role is null
            ? new JsonArray()
            : new JsonArray(
                new JsonObject { [TokenScheme] = new JsonArray() }, new JsonObject { [SessionScheme] = new JsonArray() });
        var responses = operation["responses"] as JsonObject ?? [];
        operation["responses"] ??= responses;
        var request = new DescribedRequest(
            method, path, role, isPassedOn, operation["requestBody"] is not null, HasInput(operation));
        foreach (var common in CommonProblems.All.Where(common => common.Meets(request)))
        {
            Add(responses, common);
        }

        // A failure that names no problem cannot happen: a service says 403 of a whole group, of which some every role may ask.
        operation["responses"] = new JsonObject(responses.Where(r => !IsNamelessFailure(r)).OrderBy(r => r.Key, StringComparer.Ordinal)
            .Select(r => KeyValuePair.Create(r.Key, r.Value?.DeepClone())));
    }

    private static void Add(JsonObject responses, CommonProblem common)
    {
        var status = common.Sample.StatusCode;
        var key = status.ToString(CultureInfo.InvariantCulture);
        if (responses[key] is not JsonObject response)
        {
            response = new JsonObject { ["description"] = ReasonPhrases.GetReasonPhrase(status) };
            responses[key] = response;
        }

        var content = Member(response, "content");
        if (content[ProblemType] is not JsonObject media)
        {
            media = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = ProblemSchema } };
            content[ProblemType] = media;
        }

        Member(media, "examples").TryAdd(common.Slug, new JsonObject { ["$ref"] = ExamplePrefix + common.Slug });
    }

    private static bool IsNamelessFailure(KeyValuePair<string, JsonNode?> response) =>
        response.Key[0] is '4' or '5' && response.Value?["content"]?[ProblemType] is JsonObject problem && problem["examples"] is null;

    private static JsonObject Member(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject member)
        {
            member = [];
            parent[name] = member;
        }

        return member;
    }

    private static bool HasInput(JsonObject operation) =>
        operation["requestBody"] is not null
        || (operation["parameters"] as JsonArray ?? []).Any(parameter => parameter?["schema"]?["type"] is not JsonValue type
            || !type.TryGetValue<string>(out var word) || word != "string"
            || parameter["schema"]!["format"] is not null);

    private static JsonObject ExampleOf(CommonProblem common) => new()
    {
        ["summary"] = common.Sample.ProblemDetails.Title,
        ["value"] = ProblemDescriptions.JsonOf(common.Sample.ProblemDetails),
    };

    private static JsonObject SecuritySchemes() => new()
    {
        [TokenScheme] = new JsonObject
        {
            ["type"] = "http",
            ["scheme"] = "bearer",
            ["description"] = "A token (fxt_…) that was made on the page of settings, or by POST /tokens.",
        },
        [SessionScheme] = new JsonObject
        {
            ["type"] = "apiKey",
            ["in"] = "cookie",
            ["name"] = SessionCookie.Name,
            ["description"] =
                $"What signing in leaves in a browser. A request that changes something also needs {CsrfProtection.Header}, "
                + "the csrfToken of GET /auth/session.",
        },
    };
}
