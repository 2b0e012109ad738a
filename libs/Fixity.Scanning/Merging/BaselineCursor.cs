using Fixity.Core;

namespace Fixity.Scanning.Merging;

internal sealed class BaselineCursor(
    IAsyncEnumerable<ReadOnlyMemory<BaselineFile>> stream, CancellationToken cancellation)
    : BlockCursor<BaselineFile>(stream, cancellation)
{
    protected override FilePath KeyOf(in BaselineFile element) => element.Path;

    protected override bool MayComeLate(in BaselineFile element) => false;
}
