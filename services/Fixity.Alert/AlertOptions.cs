using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace Fixity.Alert;

/// <summary>Configuration section <c>Alert</c>. Read and validated once at start-up: a bad value stops the host, naming the key.</summary>
internal sealed record AlertOptions : IValidatableObject
{
    public const string Section = "Alert";

    /// <summary>Whether a webhook may reach this machine and its private networks. Off, only public addresses are connected to.</summary>
    public bool AllowPrivateNetworks { get; init; }

    /// <summary>Networks that a webhook may reach although they are not public: <c>192.168.10.0/24</c>, <c>fd12:3456::/48</c>.</summary>
    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];

    /// <summary>Absolute http address of a proxy that every http webhook goes through; empty: none, whatever the environment says.</summary>
    public string? Proxy { get; init; }

    /// <summary>Path of a PEM file with roots that receivers' certificates may chain to, besides those of the system.</summary>
    public string? TrustedCertificates { get; init; }

    /// <summary>How late an event or a due delivery is found when its notification was lost.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:10:00")]
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a receiver that failed five times in a row is left alone; doubles with each further failure.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "01:00:00")]
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the figures of the backlog are counted for the metrics.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan FigureInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Of a webhook with more pending deliveries, those that were not attempted become one sum a target.</summary>
    [Range(1, 1_000_000)]
    public int MostPending { get; init; } = 10_000;

    /// <summary>So also of one whose oldest pending delivery is older.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan LongestPending { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How often these bounds are looked at.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan OverflowInterval { get; init; } = TimeSpan.FromSeconds(30);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var network in AllowedNetworks.Where(network => !IPNetwork.TryParse(network, out _)))
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(AllowedNetworks)}: \"{network}\" is not a network such as 192.168.10.0/24.",
                [nameof(AllowedNetworks)]);
        }

        if (!string.IsNullOrEmpty(Proxy)
            && !(Uri.TryCreate(Proxy, UriKind.Absolute, out var proxy) && proxy.Scheme == Uri.UriSchemeHttp))
        {
            // Not the value: it may hold a password.
            yield return new ValidationResult(
                $"{Section}:{nameof(Proxy)} must be an absolute address such as http://proxy.example:3128.", [nameof(Proxy)]);
        }

        if (!string.IsNullOrEmpty(TrustedCertificates) && !File.Exists(TrustedCertificates))
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(TrustedCertificates)}: there is no file {TrustedCertificates}.", [nameof(TrustedCertificates)]);
        }
    }
}

[OptionsValidator]
internal sealed partial class AlertOptionsValidator : IValidateOptions<AlertOptions>;

internal static class AlertOptionsRegistration
{
    public static void AddAlertOptions(this IServiceCollection services)
    {
        services.AddOptions<AlertOptions>().BindConfiguration(AlertOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AlertOptions>, AlertOptionsValidator>();
    }
}
