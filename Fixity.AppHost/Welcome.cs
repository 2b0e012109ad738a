using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.AppHost;

/// <summary>Tells whoever started Fixity where it is, and how the first administrator gets in.</summary>
internal static class Welcome
{
    public static void WelcomeWhenReady(
        this IDistributedApplicationBuilder builder,
        IResourceBuilder<ProjectResource> gateway,
        IResourceBuilder<ParameterResource> setupToken)
    {
        builder.Services.AddHttpClient();
        builder.Eventing.Subscribe<ResourceReadyEvent>(gateway.Resource, async (ready, cancellation) =>
        {
            var address = gateway.GetEndpoint("http").Url;
            Console.WriteLine();
            Console.WriteLine($"Fixity is running: {address}");

            var clients = ready.Services.GetRequiredService<IHttpClientFactory>();
            if (await IsSetupRequiredAsync(clients, address, cancellation))
            {
                // In the fragment: it reaches no server log and no Referer header.
                var token = await setupToken.Resource.GetValueAsync(cancellation);
                Console.WriteLine($"Sign the first administrator in (works once): {address}/setup#token={token}");
            }

            Console.WriteLine();
        });
    }

    private static async Task<bool> IsSetupRequiredAsync(
        IHttpClientFactory clients, string address, CancellationToken cancellation)
    {
        using var client = clients.CreateClient();
        using var answer = await client.GetAsync(new Uri($"{address}/api/v1/auth/session"), cancellation);
        var session = await answer.Content.ReadAsStreamAsync(cancellation);

        // Without a session the status may say 401; what counts is what is said with it.
        if (answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) != true)
        {
            return false;
        }

        using var body = await JsonDocument.ParseAsync(session, cancellationToken: cancellation);
        return body.RootElement.TryGetProperty("setupRequired", out var required)
            && required.ValueKind == JsonValueKind.True;
    }
}
