using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Fixity.Alert;

/// <summary>Configuration section <c>Alert</c>. Read and validated once at start-up: a bad value stops the host, naming the key.</summary>
internal sealed record AlertOptions
{
    public const string Section = "Alert";

    /// <summary>Whether a webhook may reach this machine and its private networks. Off, only public addresses are connected to.</summary>
    public bool AllowPrivateNetworks { get; init; }

    /// <summary>How late an event or a due delivery is found when its notification was lost.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:10:00")]
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(5);
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
