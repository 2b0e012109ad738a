using Fixity.ServiceDefaults.Paging;

namespace Fixity.ServiceDefaults.Tests.Paging;

public sealed class PageTests
{
    [Fact]
    public void A_cursor_comes_back_as_it_went()
    {
        Assert.True(Cursor.TryDecode<Key>(Cursor.Encode(new Key("ä/b", 7)), out var key));
        Assert.Equal(new Key("ä/b", 7), key);
    }

    [Theory]
    [InlineData("!")]
    [InlineData("bm90IGpzb24")]
    public void What_is_no_cursor_is_said_to_be_none(string text) => Assert.False(Cursor.TryDecode<Key>(text, out _));

    [Fact]
    public void No_cursor_is_the_first_page() => Assert.True(Cursor.TryDecode<Key>(null, out _));

    [Theory]
    [InlineData(null, 50)]
    [InlineData(0, 1)]
    [InlineData(201, 200)]
    [InlineData(7, 7)]
    public void The_page_size_stays_within_its_bounds(int? asked, int served) => Assert.Equal(served, Cursor.Limit(asked));

    [Fact]
    public void Only_a_row_more_than_asked_for_means_another_page()
    {
        Assert.Null(Page.From([1, 2], 2, n => $"{n}").NextCursor);
        var page = Page.From([1, 2, 3], 2, n => $"{n}");
        Assert.Equal([1, 2], page.Items);
        Assert.Equal("2", page.NextCursor);
    }

    private sealed record Key(string Path, long Id);
}
