using Fixity.Query.Reading;
using Fixity.Testing.Postgres;
using Npgsql;

namespace Fixity.Query.Tests.Reading;

/// <summary>By the database that will match them.</summary>
[Trait("Category", "Database")]
public sealed class PathGlobTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("**/*.raw", "a.raw b/c.raw b/c/d.raw", "a.rawx b/craw a.raw/x")]
    [InlineData("*.raw", "a.raw b/c.raw", "a.raw/b")]
    [InlineData("/a.txt", "a.txt", "b/a.txt")]
    [InlineData("a/*", "a/b", "a a/b/c ab/c b/a/c")]
    [InlineData("a/**", "a/b a/b/c", "a ab/c b/a/c")]
    [InlineData("a/**/z", "a/z a/b/z a/b/c/z", "a/bz az a/b/zz")]
    [InlineData("a/b**c", "a/bc a/b/c a/bx/yc", "a/b/cd")]
    [InlineData("**", "a a/b", "")]
    [InlineData("a?c", "abc x/a-c", "ac a/c abbc")]
    [InlineData("[a-c]x", "ax cx d/bx", "dx -x /x")]
    [InlineData("[!a-c]x", "dx -x", "ax bx")]
    [InlineData("[]x]", "] x", "a []")]
    [InlineData("[a-]", "a -", "b")]
    [InlineData("[a-c-e]", "b - e", "d")]
    [InlineData("[a", "[a", "a")]
    [InlineData("100%_(1).t*", "100%_(1).txt", "100x_(1).txt 100%x(1).txt 100%_1.txt")]
    [InlineData(@"back\\slash", @"back\\slash", @"back\slash")]
    [InlineData(@"caf\xE9*", @"caf\xE9.txt", "cafe.txt")]
    [InlineData("größe*", "größe.txt", "grösse.txt größe/x/y")]
    [InlineData(@"[\^d]", @"\ ^ d", "5 a")]
    [InlineData("Cache", "Cache a/Cache", "cache Cache/x")]
    public async Task A_glob_matches_whole_paths(string glob, string matching, string others)
    {
        var regex = PathGlob.ToRegex(glob, out var error);

        Assert.Null(error);
        foreach (var path in others.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.False(await MatchesAsync(path, regex!), $"{glob} matches {path}");
        }

        foreach (var path in matching.Split(' '))
        {
            Assert.True(await MatchesAsync(path, regex!), $"{glob} does not match {path}");
        }
    }

    [Theory]
    [InlineData("[z-a]")]
    [InlineData("a\0b")]
    public void What_is_no_glob_is_refused(string glob)
    {
        Assert.Null(PathGlob.ToRegex(glob, out var error));
        Assert.NotNull(error);
    }

    [Fact]
    public void A_glob_of_wildcards_alone_is_refused_before_the_database_has_to_try_it()
    {
        Assert.Null(PathGlob.ToRegex(string.Concat(Enumerable.Repeat("*a", 33)), out var error));
        Assert.NotNull(error);
    }

    private async Task<bool> MatchesAsync(string path, string regex)
    {
        await using var command = database.DataSource.CreateCommand("select $1::text collate \"C\" ~ $2");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = path });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = regex });
        return (bool)(await command.ExecuteScalarAsync())!;
    }
}
