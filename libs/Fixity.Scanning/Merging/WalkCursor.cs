using Fixity.Core;
using Fixity.Storage;

namespace Fixity.Scanning.Merging;

internal sealed class WalkCursor(
    IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> stream, CancellationToken cancellation)
    : BlockCursor<StorageEntry>(stream, cancellation)
{
    protected override FilePath KeyOf(in StorageEntry element) => element.Path;

    protected override bool MayComeLate(in StorageEntry element) => element.Kind is EntryKind.ListingFault or EntryKind.Mount;
}
