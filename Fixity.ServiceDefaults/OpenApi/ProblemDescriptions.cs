using System.Globalization;
using System.Text.Json.Nodes;
using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Fixity.ServiceDefaults.OpenApi;

/// <summary>Shows in the description of an endpoint each problem that it may answer with, as it looks, and the role it asks for.</summary>
public static class ProblemDescriptions
{
    /// <summary>Member of an operation: the least role that may ask; absent: anybody may.</summary>
    public const string RoleExtension = "x-fixity-role";

    private const string ContentType = "application/problem+json";

    private static readonly ProblemDetails Validation = Problem.Validation(
        new Dictionary<string, string[]> { ["name"] = ["name must have 1 to 100 characters."] }).ProblemDetails;

    internal static void AddProblemDescriptions(this IServiceCollection services) =>
        services.ConfigureAll<OpenApiOptions>(options => options.AddOperationTransformer((operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            AddRole(operation, metadata);
            foreach (var sample in metadata.OfType<ProblemSamples>().SelectMany(known => known.Samples))
            {
                AddExample(operation, sample);
            }

            if (metadata.OfType<Microsoft.AspNetCore.Http.Metadata.IProducesResponseTypeMetadata>()
                .Any(known => known.Type == typeof(HttpValidationProblemDetails)))
            {
                AddExample(operation, Validation);
            }

            return Task.CompletedTask;
        }));

    /// <summary>A problem as it is on the wire.</summary>
    public static JsonObject JsonOf(ProblemDetails sample)
    {
        var json = new JsonObject
        {
            ["type"] = sample.Type,
            ["title"] = sample.Title,
            ["status"] = sample.Status,
            ["detail"] = sample.Detail,
        };
        if (sample is HttpValidationProblemDetails { Errors: var errors })
        {
            json["errors"] = new JsonObject(errors.Select(error => KeyValuePair.Create<string, JsonNode?>(
                error.Key, new JsonArray([.. error.Value.Select(said => (JsonNode)said)]))));
        }

        return json;
    }

    private static void AddRole(OpenApiOperation operation, IList<object> metadata)
    {
        if (!metadata.OfType<IAllowAnonymous>().Any()
            && metadata.OfType<IAuthorizeData>().Select(asked => asked.Policy).LastOrDefault(policy => policy is not null)
                is { } role)
        {
            operation.Extensions ??= new Dictionary<string, IOpenApiExtension>();
            operation.Extensions[RoleExtension] = new JsonNodeExtension(role);
        }
    }

    private static void AddExample(OpenApiOperation operation, ProblemDetails sample)
    {
        var status = sample.Status!.Value.ToString(CultureInfo.InvariantCulture);
        if (operation.Responses?.TryGetValue(status, out var response) == true
            && response.Content?.TryGetValue(ContentType, out var content) == true && content is OpenApiMediaType media)
        {
            media.Examples ??= new Dictionary<string, IOpenApiExample>();
            media.Examples[Problem.SlugOf(sample.Type)] = new OpenApiExample
            {
                Summary = sample.Title,
                Value = JsonOf(sample),
            };
        }
    }
}
