using System.ComponentModel.DataAnnotations;
using System.Net;
using Fixity.Gateway.Edge;
using Microsoft.Extensions.Options;

namespace Fixity.Gateway;

/// <summary>Configuration section <c>Gateway</c>. Validated at start-up: a bad value stops the host, naming the key.</summary>
internal sealed record GatewayOptions : IValidatableObject
{
    public const string Section = "Gateway";

    /// <summary>Lets the first administrator in, once. Without it nobody can set Fixity up from outside.</summary>
    public string? SetupToken { get; init; }

    /// <summary>How long a session lives, whatever is done with it. Without a request it ends sooner: a setting.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Rounds of PBKDF2-HMAC-SHA512. OWASP's figure of 2023; raised, each hash follows at the next sign-in.</summary>
    [Range(10_000, 10_000_000)]
    public int PasswordIterations { get; init; } = 210_000;

    /// <summary>Networks (<c>10.0.0.0/8</c>) of the proxies whose X-Forwarded-For and -Proto are believed.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>Folder of the built SPA; absent: <c>wwwroot</c> beside the program.</summary>
    public string? SpaPath { get; init; }

    /// <summary>A further address on which nothing is served but <c>/metrics</c>; absent: none.</summary>
    public string? MetricsUrl { get; init; }

    /// <summary>Connections at the same time; what comes on top is closed at once.</summary>
    [Range(10, 1_000_000)]
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>So long after it was told to stop it still answers (503), for a load balancer to notice. None needs none.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan DrainAtLeast { get; init; } = TimeSpan.Zero;

    /// <summary>So long requests that had begun may take to end. With what the host needs itself below its own 25 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan DrainAtMost { get; init; } = TimeSpan.FromSeconds(20);

    [ValidateObjectMembers]
    public RateLimitOptions RateLimits { get; init; } = new();

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => TrustedProxies
        .Where(network => !IPNetwork.TryParse(network, out _))
        .Select(network => new ValidationResult(
            $"{Section}:TrustedProxies: '{network}' is no network such as 10.0.0.0/8.", [nameof(TrustedProxies)]));
}

[OptionsValidator]
internal sealed partial class GatewayOptionsValidator : IValidateOptions<GatewayOptions>;

internal static class GatewayOptionsRegistration
{
    public static void AddGatewayOptions(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<GatewayOptions>().BindConfiguration(GatewayOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>();
    }
}
