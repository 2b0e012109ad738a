using System.Text;
using Fixity.Core.Patterns;
using FsCheck;
using FsCheck.Fluent;

namespace Fixity.Core.Tests.Patterns;

public sealed class PathFilterTests(GitOracle git) : IClassFixture<GitOracle>
{
    internal static readonly string[] Files =
    [
        "a", "b", "foo", "bar", "foo.txt", "FOO", "b.log", "x.o", "#hash", "!bang", "sp ", "tab\t", "back\\slash", "é",
        "[x]", "a*b", "-", "]", "d/a", "d/b", "d/foo", "d/foo.txt", "d/x.o", "d/e/a", "d/e/foo", "d/e/f/a", "d/e/f/foo.txt",
        "one/a.1", "one/two/a.1", "one/two/three/a.1", "one/not-ignored", "one/two/not-ignored", "build/x", "src/build/y",
        "src/build/z/w", "src/lib/a.c", "src/lib/b.h", "doc/notes.txt", "doc/server/arch.txt", "doc/foo/bar", "abc/x",
        "abc/y/z", "logs/debug.log", "logs/monday/foo.bar", "foo2/baz/bar", "foobazbar", "foobar", "deep/foo/bar/baz/x",
        "XXX/a", "XXX/1", "t1", "t2", "tz", "t-", "t]", "t^", "t!", "t/x", "xyz/日本/é",
    ];

    /// <summary>The table: from git's manual, from its t0008 and t3070, and what lists get wrong.</summary>
    public static TheoryData<string> Patterns =>
    [
        "foo", "/foo", "foo/", "/foo/", "d/foo", "/d/foo", "d/", "d/*", "d/**", "**/foo", "**/foo/bar", "foo/**/bar",
        "**", "/**", "**/", "*", "/*", "*/", "*.txt", "doc/*.txt", "doc/**/*.txt", "a", "a|!a", "d/|!d/a", "d/*|!d/a",
        "/d/*|!/d/e|/d/e/*|!/d/e/f", "*|!*.txt", "*|!*/|!*.txt", "\\#hash", "#hash", "\\!bang", "!bang", "*|!\\!bang",
        "sp\\ ", "sp ", "foo   ", "foo\\", "tab\t", "back\\\\slash", "back?slash", "[x]", "\\[x]", "\\[x\\]", "a\\*b",
        "a*b", "a\\?b", "?", "??", "f?o", "é", "??.txt", "[!a]", "[^a]", "[a-z]", "[]]", "[!]]", "[]-]", "[a-]", "[-]",
        "t[12]", "t[1-2z]", "t[]-]", "t[!12]", "t[^^]", "t[\\]]", "t[[:digit:]]", "t[[:alpha:]]", "t[![:alnum:]]",
        "t[[:punct:]]", "t[a-z-]", "t[\\1-\\3]", "t[z-a]", "t[/]x", "t*x", "t**x", "t/x", "t?x", "[[:upper:]]*",
        "a.[0-9]", "one/**/a.1", "one/**/", "one/**/*", "**/two/**", "**/**/a.1", "foo**bar", "foo*bar", "foo/*bar",
        "src/**/build", "build", "/build", "src/build/*|!src/build/z", "**/build/**", "abc/**", "abc/*", "*/y", "**/y/z",
        "//foo", "d//foo", "foo//", "/", "//", ".", "./foo", "d/./foo", "logs/**/debug.log", "logs/*day/*", "**/[a-c]",
        "xyz/**/é", "***/foo", "d/***/a", "*/*", "*/*/*", "**/*/a", "d*", "d*/", "!d/|d/foo", "deep/**/x", "**/bar/**/x",
        "XXX/[[:digit:]]", "[[:xdigit:]]", "f[o][o]", "\\foo", "f\\oo", "foo\\/", "d\\/foo", "d/e*/a",
    ];

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Git_says_the_same(string patterns) => AssertSame(git, patterns.Split('|'));

    [Fact]
    public void Git_says_the_same_of_random_patterns()
    {
        var part = Gen.Elements(
            "*", "**", "/", "/", "?", "a", "b", "d", "e", "foo", "bar", "one", "two", "[a-f]", "[!a]", ".txt", "build", "!",
            "src", "\\", "x", "abc", "y");
        var pattern = Gen.Choose(1, 5).SelectMany(count => part.ArrayOf(count)).Select(string.Concat);
        var lists = Gen.Choose(1, 4).SelectMany(count => pattern.ArrayOf(count)).ToArbitrary();

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(400).WithReplay(3UL, 1UL),
            Prop.ForAll(lists, list => AssertSame(git, list)));
    }

    [Theory]
    [InlineData("[a", "[ without its ]")]
    [InlineData("a/[[:digit:]", "[ without its ]")]
    [InlineData("[[:vowel:]]", "vowel")]
    [InlineData("a\\", "backslash")]
    [InlineData("", "names nothing")]
    [InlineData("  ", "names nothing")]
    [InlineData("/", "names nothing")]
    [InlineData("!", "names nothing")]
    [InlineData("a\nb", "line break")]
    [InlineData("a//b", "between two slashes")]
    [InlineData("//a", "between two slashes")]
    [InlineData("a//", "between two slashes")]
    public void A_broken_pattern_is_refused_by_name(string pattern, string reason)
    {
        Assert.False(PathFilter.TryCreate([], ["fine", pattern], out var filter, out var error));
        Assert.Null(filter);
        Assert.Equal(pattern, error.Pattern);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
        Assert.False(PathFilter.TryCreate([pattern], [], out _, out _));
    }

    [Fact]
    public void Only_what_is_included_is_watched_and_exclusion_wins()
    {
        var reader = Filter(["/doc/", "*.h", "src/**/build/"], ["doc/server"]).Read();

        Assert.Equal(
            ["src/build/y", "src/build/z/w", "src/lib/b.h", "doc/notes.txt", "doc/foo/bar"],
            Files.Where(file => !reader.LeavesOut(FilePath.FromRaw(Encoding.UTF8.GetBytes(file)))));
    }

    [Theory]
    [InlineData("a/b", "", true)]
    [InlineData("/photos/*/raw/", "photos/", true)]
    [InlineData("/photos/*/raw/", "photos/x/", true)]
    [InlineData("/photos/*/raw/", "photos/x/raw/y/", true)]
    [InlineData("/photos/*/raw/", "photos/x/jpg/", false)]
    [InlineData("/photos/*/raw/", "music/", false)]
    [InlineData("/photos/**/raw/", "photos/x/jpg/", true)]
    [InlineData("*.raw", "anything/at/all/", true)]
    public void A_folder_is_gone_into_only_where_something_in_it_may_be_included(string include, string folder, bool enters)
    {
        Assert.Equal(!enters, Filter([include], []).Read().LeavesOutFolder(Encoding.UTF8.GetBytes(folder)));
    }

    [Fact]
    public void Patterns_see_the_raw_bytes_of_a_name()
    {
        var reader = Filter([], ["a?b", "c\\\\d"]).Read();

        Assert.True(reader.LeavesOut(FilePath.FromRaw([(byte)'a', 0xff, (byte)'b'])));
        Assert.True(reader.LeavesOut(FilePath.FromRaw("c\\d"u8)));
        Assert.False(reader.LeavesOut(FilePath.FromRaw("cd"u8)));
    }

    [Fact]
    public void Asking_allocates_nothing()
    {
        var reader = Filter(["*"], ["*.tmp", "/a/**/b", "[x-z]*", "!keep", "é"]).Read();
        FilePath[] paths = [FilePath.FromEscaped("d/e/f/name.txt"), FilePath.FromEscaped("d/e/\\xff/x"), default];
        foreach (var path in paths)
        {
            reader.LeavesOut(path);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            reader.LeavesOut(paths[i % 2]);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static PathFilter Filter(string[] include, string[] exclude)
    {
        Assert.True(PathFilter.TryCreate(include, exclude, out var filter, out var error), error?.ToString());
        return filter;
    }

    private static void AssertSame(GitOracle git, string[] patterns)
    {
        // What git takes for a pattern that matches nothing is refused here: leaving it out must say the same.
        string[] usable = [.. patterns.Where(pattern => PathFilter.TryCreate([], [pattern], out _, out _))];
        var reader = Filter([], usable).Read();
        var ignored = git.Ignored(patterns, Files);

        foreach (var file in Files)
        {
            var leftOut = reader.LeavesOut(FilePath.FromRaw(Encoding.UTF8.GetBytes(file)));
            Assert.True(
                ignored.Contains(file) == leftOut,
                $"'{string.Join("' '", patterns)}' on '{file}': git {ignored.Contains(file)}, here {leftOut}");
        }
    }
}
