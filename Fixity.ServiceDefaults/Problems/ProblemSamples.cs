using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace Fixity.ServiceDefaults.Problems;

/// <summary>The problems that an endpoint answers with by its own decision, one of each kind: what its description shows.</summary>
/// <remarks>Those that any request may meet (nobody signed in, a service that is down) are the gateway's to describe.</remarks>
public sealed record ProblemSamples(IReadOnlyList<ProblemDetails> Samples);

public static class ProblemSamplesRegistration
{
    private const string ContentType = "application/problem+json";

    /// <summary>Says which problems the endpoint may answer with; a test fails on one that is answered and not said.</summary>
    /// <param name="samples">Made as the endpoint makes them, with any id.</param>
    public static TBuilder WithProblems<TBuilder>(this TBuilder builder, params ProblemHttpResult[] samples)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Finally(endpoint =>
        {
            endpoint.Metadata.Add(new ProblemSamples([.. samples.Select(sample => sample.ProblemDetails)]));
            foreach (var sample in samples)
            {
                // Where the status is described already, as of a failed validation, that stands.
                if (!endpoint.Metadata.OfType<IProducesResponseTypeMetadata>().Any(known => known.StatusCode == sample.StatusCode))
                {
                    endpoint.Metadata.Add(new ProducesResponseTypeMetadata(
                        sample.StatusCode, sample.ProblemDetails.GetType(), [ContentType]));
                }
            }
        });
        return builder;
    }

    /// <summary>The slugs of all problems that the endpoint says it may answer with.</summary>
    public static IReadOnlySet<string> ProblemSlugs(this Endpoint endpoint) =>
        endpoint.Metadata.OfType<ProblemSamples>().SelectMany(known => known.Samples)
            .Select(sample => Problem.SlugOf(sample.Type))
            .Concat(endpoint.Metadata.OfType<IProducesResponseTypeMetadata>()
                .Where(known => known.Type == typeof(HttpValidationProblemDetails))
                .Select(_ => Problem.ValidationSlug))
            .ToHashSet(StringComparer.Ordinal);
}
