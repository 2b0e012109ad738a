using Fixity.Core;
using Fixity.Storage.Retrying;

namespace Fixity.Storage.Tests.Retrying;

public sealed class ListingPlaceTests
{
    [Theory]
    [InlineData(EntryKind.File, "d/f", "d/f", false, "d/f0")]
    [InlineData(EntryKind.ListingFault, "d/", "d/x", false, "d0")]
    [InlineData(EntryKind.Skipped, "d/", "d/x", false, "d0")]
    [InlineData(EntryKind.Mount, "d/", "d/x", true, "d0")]
    public void What_is_left_begins_behind_what_was_given(
        EntryKind kind, string given, string inside, bool isInsideLeft, string behind)
    {
        var place = new ListingPlace(new PathRange(FilePath.FromEscaped("a"), To: FilePath.FromEscaped("x")));

        place.Pass([new StorageEntry(FilePath.FromEscaped(given), kind)]);

        Assert.Equal(isInsideLeft, place.Rest.Contains(FilePath.FromEscaped(inside)));
        Assert.True(place.Rest.Contains(FilePath.FromEscaped(behind)));
        Assert.False(place.Rest.Contains(FilePath.FromEscaped("z")));
        Assert.False(place.IsAtEnd);
    }

    [Fact]
    public void Behind_a_fault_of_the_root_there_is_nothing()
    {
        var place = new ListingPlace(PathRange.Everything);

        place.Pass([StorageEntry.NotListed(default, StorageFault.ReadFailed, "broken")]);

        Assert.True(place.IsAtEnd);
    }
}
