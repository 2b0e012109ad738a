using System.Globalization;
using Fixity.Core;

namespace Fixity.Query.Differences;

/// <summary>Adds the events of one file up to what differs in the end: nothing, or one thing.</summary>
/// <remarks>
/// The first event says how the file was before it, the last ones how it is; what happened in between and was undone is no
/// difference. A file that came and went was never there, one that was modified twice differs once, and one that moved is
/// the same file.
/// </remarks>
internal sealed class FileFold
{
    private readonly long _fileId;
    private Side _before;
    private Side _now;
    private bool _isTakenOver;
    private bool _sawContent;
    private bool _sawDamage;
    private bool _sawAttributes;
    private DateTimeOffset _lastDetectedAt;
    private int _changes;

    private FileFold(FileEvent first)
    {
        _fileId = first.FileId;
        _before = Before(first);
        _now = _before;
        Add(first);
    }

    /// <param name="events">Of one file after another, each file's in their order.</param>
    /// <returns>The files that differ.</returns>
    public static async IAsyncEnumerable<DifferenceView> FoldAsync(IAsyncEnumerable<FileEvent> events)
    {
        FileFold? file = null;
        await foreach (var next in events)
        {
            if (file?._fileId == next.FileId)
            {
                file.Add(next);
                continue;
            }

            if (file?.Result() is { } difference)
            {
                yield return difference;
            }

            file = new FileFold(next);
        }

        if (file?.Result() is { } last)
        {
            yield return last;
        }
    }

    // How the file was, as its first event tells.
    private static Side Before(FileEvent first)
    {
        var wasGone = first.WasGone == true || first.Type == ChangeType.Added || first.IsKnownDamage;
        if (wasGone)
        {
            return new Side(IsThere: false, first.Path, null, null, null, null, Damage: null);
        }

        return new Side(
            IsThere: true, first.PreviousPath ?? first.Path, first.OldSize, first.OldMtimeNs,
            first.Algorithm, ChecksumBefore(first), Damage: null);
    }

    // The first event that is about damage tells how it stood before.
    private static bool SaysDamagedBefore(FileEvent next) =>
        next.WasDamaged == true || next.Type == ChangeType.Restored
        || (next.Type == ChangeType.Accepted && next.OldChecksum is not null);

    // What it was restored to is what it should have been all the time, and so is what a change was accepted as.
    private static byte[]? ChecksumBefore(FileEvent next) =>
        next.Type == ChangeType.Restored || (next.Type == ChangeType.Accepted && next.OldChecksum is null)
            ? next.NewChecksum
            : next.OldChecksum;

    private void Add(FileEvent next)
    {
        _changes++;
        _lastDetectedAt = next.DetectedAt;
        _isTakenOver = next.TakenOver;
        if (_before is { IsThere: true, Checksum: null } && !_sawContent && ChecksumBefore(next) is { } checksum)
        {
            // The events before this one were about something else than its content.
            _before = _before with { Algorithm = next.Algorithm, Checksum = checksum };
        }

        if (_before.IsThere && !_sawDamage && SaysDamagedBefore(next))
        {
            _before = _before with { Damage = DifferenceType.Corrupted };
        }

        _sawDamage |= next.Type is ChangeType.Corrupted or ChangeType.Tampered or ChangeType.Restored or ChangeType.Accepted;

        switch (next.Type)
        {
            case ChangeType.Deleted:
                _now = _now with { IsThere = false, Path = next.Path };
                break;
            case ChangeType.Added:
            case ChangeType.Modified:
                _sawContent = true;
                _now = Whole(next);
                break;
            case ChangeType.Accepted:
                _sawContent |= next.OldChecksum is not null;
                _now = Whole(next);
                break;
            case ChangeType.Restored:
                _now = Whole(next);
                break;
            case ChangeType.Moved:
                // The baseline goes along; content that is another is told as damage.
                _now = Stats(next) with
                {
                    Algorithm = next.Algorithm ?? _now.Algorithm,
                    Checksum = next.OldChecksum ?? _now.Checksum,
                };
                break;
            case ChangeType.Corrupted:
            case ChangeType.Tampered:
                _now = Stats(next) with
                {
                    Algorithm = next.Algorithm,
                    Checksum = next.OldChecksum,
                    Observed = next.NewChecksum,
                    Damage = (DifferenceType)next.Type,
                    IsNewDamage = true,
                };
                break;
            case ChangeType.Attributes:
                _sawAttributes = true;
                _now = Stats(next);
                break;
            case ChangeType.Touched:
                _now = Stats(next);
                break;
            case ChangeType.Verified:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(next), next.Type, "not a type of change");
        }
    }

    private Side Stats(FileEvent next) => _now with
    {
        IsThere = true,
        Path = next.Path,
        Size = next.NewSize,
        MtimeNs = next.NewMtimeNs,
    };

    private Side Whole(FileEvent next) => Stats(next) with
    {
        Algorithm = next.Algorithm,
        Checksum = next.NewChecksum,
        Observed = null,
        Damage = null,
    };

    private DifferenceView? Result() => Judge() is { } type
        ? new DifferenceView(
            type,
            type == DifferenceType.Deleted ? _before.Path : _now.Path,
            _before.IsThere && _now.IsThere && _before.Path != _now.Path ? _before.Path : null,
            _fileId,
            Of(_before, _before.Size),
            Of(_now, _now.Size),
            Text(Of(_before, _before.MtimeNs)),
            Digits(Of(_before, _before.MtimeNs)),
            Text(Of(_now, _now.MtimeNs)),
            Digits(Of(_now, _now.MtimeNs)),
            _now.IsThere ? _now.Algorithm ?? _before.Algorithm : _before.Algorithm,
            // A file that came damaged has no checksum before, but one that it should have.
            Hex(_before.IsThere ? _before.Checksum : _now.Damage is null ? null : _now.Checksum),
            Hex(_now.IsThere ? _now.Observed ?? _now.Checksum : null),
            _lastDetectedAt,
            _changes)
        : null;

    private DifferenceType? Judge()
    {
        if (_now.IsThere && _isTakenOver)
        {
            return null; // The file that moved onto its path says all there is to say.
        }

        return (_before.IsThere, _now.IsThere) switch
        {
            (false, false) => null,
            (true, false) => DifferenceType.Deleted,
            (false, true) => _now.Damage ?? DifferenceType.Added,
            (true, true) when _now is { Damage: { } damage, IsNewDamage: true } => damage,
            (true, true) when IsContentAnother => DifferenceType.Modified,
            (true, true) when _before.Path != _now.Path => DifferenceType.Moved,
            (true, true) when _before.Damage is not null && _now.Damage is null => DifferenceType.Restored,
            (true, true) when _sawAttributes => DifferenceType.Attributes,
            (true, true) when _before.MtimeNs != _now.MtimeNs => DifferenceType.Touched,
            _ => null,
        };
    }

    // By what it holds, where both are known; a file whose content came back is the same again.
    private bool IsContentAnother =>
        _sawContent && (_before.Size != _now.Size || _before.Checksum is null || _now.Checksum is null
            || _before.Algorithm != _now.Algorithm || !_before.Checksum.AsSpan().SequenceEqual(_now.Checksum));

    private static long? Of(Side side, long? value) => side.IsThere ? value : null;

    private static string? Text(long? nanoseconds) => nanoseconds is { } known ? UnixNanoseconds.ToText(known) : null;

    private static string? Digits(long? nanoseconds) => nanoseconds?.ToString(CultureInfo.InvariantCulture);

    private static string? Hex(byte[]? checksum) => checksum is null ? null : Convert.ToHexStringLower(checksum);

    /// <summary>A file at one moment.</summary>
    /// <param name="Checksum">The accepted one.</param>
    /// <param name="Observed">What it holds instead.</param>
    private sealed record Side(
        bool IsThere, string Path, long? Size, long? MtimeNs, ChecksumAlgorithm? Algorithm, byte[]? Checksum,
        DifferenceType? Damage, byte[]? Observed = null, bool IsNewDamage = false);
}
