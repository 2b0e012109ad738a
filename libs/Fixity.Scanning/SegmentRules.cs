using Fixity.Core;
using Fixity.Core.Patterns;
using Fixity.Storage;

namespace Fixity.Scanning;

/// <summary>What a plan asks of every file, made ready once for the whole segment.</summary>
internal sealed class SegmentRules
{
    public SegmentRules(SegmentPlan plan, StorageCapabilities storage)
    {
        var options = plan.Options ?? TargetOptions.Default;
        if (!WatchedAttributeNames.TryParse(options.WatchedAttributes, out var watched))
        {
            throw new ArgumentException(
                $"not attributes: {string.Join(", ", options.WatchedAttributes)}", nameof(plan));
        }

        if (!PathFilter.TryCreate(options.Include, options.Exclude, out var filter, out var error))
        {
            throw new ArgumentException($"The pattern '{error.Pattern}' cannot be used: {error.Reason}.", nameof(plan));
        }

        (Algorithm, VerifyAll, ReportTouched, Filter) = (plan.Algorithm, plan.VerifyAll, options.ReportTouched, filter);
        Watched = storage.HasExtendedAttributes ? watched : watched & ~WatchedAttributes.Extended;
        HasDamageMap = options.DamageMap && plan.Algorithm == ChecksumAlgorithm.Blake3;
        VerifySource = options.VerifyFrom switch
        {
            ReadFrom.Medium => ReadSource.Medium,
            ReadFrom.Direct => ReadSource.Direct,
            _ => ReadSource.Cache,
        };
    }

    /// <summary>The target's: what new checksums are in.</summary>
    public ChecksumAlgorithm Algorithm { get; }

    public bool VerifyAll { get; }

    public bool ReportTouched { get; }

    public WatchedAttributes Watched { get; }

    public bool HasDamageMap { get; }

    /// <summary>Where a file is read from that nothing seems to have happened to.</summary>
    public ReadSource VerifySource { get; }

    public PathFilter Filter { get; }
}
