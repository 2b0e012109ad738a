using System.ComponentModel.DataAnnotations;
using Fixity.Scanner.Scans;
using Microsoft.Extensions.Options;

namespace Fixity.Scanner;

/// <summary>Configuration section <c>Scanner</c>. Validated at start-up: a bad value stops the host, naming the key.</summary>
internal sealed record ScannerOptions : IValidatableObject
{
    public const string Section = "Scanner";

    /// <summary>How long a claimed segment survives without a sign of life before another scanner takes it over.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A third of the lease: two renewals may be late before anybody notices.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:20:00")]
    public TimeSpan RenewInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause between looks at an empty queue; a notification cuts it short.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Between looks at what the scheduler wants of a running scan.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:02")]
    public TimeSpan ControlInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Segments at once in this process.</summary>
    [Range(1, 64)]
    public int Concurrency { get; init; } = 2;

    /// <summary>Files that a running segment must have ahead of it for an idle scanner to take over part of them.</summary>
    [Range(1, int.MaxValue)]
    public int SplitFiles { get; init; } = 20_000;

    /// <summary>Bytes to be read that are worth taking over, however few the files.</summary>
    [Range(1, long.MaxValue)]
    public long SplitBytes { get; init; } = 2L << 30;

    /// <summary>From when on part of a segment is worth taking over.</summary>
    internal SplitWorth SplitWorth => new(SplitFiles, SplitBytes);

    /// <summary>How long a segment that could not be split is not asked again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan SplitInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between two signs of progress of one scan to those who watch.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan NotifyInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>For the first look at a target's root, retries and all: after it the storage counts as hanging.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Tests of connections at once in this process; who has to wait too long is told that it is busy.</summary>
    [Range(1, 64)]
    public int ProbesAtOnce { get; init; } = 4;

    /// <summary>Folders whose files a target may name as its credentials. Null: those that are usual for secrets.</summary>
    public IReadOnlyList<string>? CredentialFolders { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (RenewInterval > Lease / 2)
        {
            yield return new ValidationResult(
                $"{Section}:RenewInterval ({RenewInterval}) must be at most half of {Section}:Lease ({Lease}), "
                + "or one late renewal loses the lease.",
                [nameof(RenewInterval), nameof(Lease)]);
        }
    }
}

[OptionsValidator]
internal sealed partial class ScannerOptionsValidator : IValidateOptions<ScannerOptions>;

internal static class ScannerOptionsRegistration
{
    public static void AddScannerOptions(this IServiceCollection services)
    {
        services.AddOptions<ScannerOptions>().BindConfiguration(ScannerOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ScannerOptions>, ScannerOptionsValidator>();
    }
}
