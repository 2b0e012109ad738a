using Fixity.Data;
using Fixity.Scheduler.Targets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Scheduler.Tests.Targets;

public sealed class AllowedRootsTests : IDisposable
{
    // Resolved, because the folder for temporary files may itself be reached over a link.
    private readonly string _base = AllowedRoots.Resolve(Directory.CreateTempSubdirectory("fixity-allowed-").FullName);

    [Fact]
    public void Folders_are_compared_by_segment()
    {
        var roots = Allowing(Make("a"));

        Assert.Null(roots.Refuse(Make("a")));
        Assert.Null(roots.Refuse(Make("a/below")));
        Assert.NotNull(roots.Refuse(Make("ab")));
        Assert.NotNull(roots.Refuse(_base));
    }

    [Fact]
    public void A_link_out_of_an_allowed_root_is_refused_wherever_it_stands_in_the_path()
    {
        var roots = Allowing(Make("a"));
        Make("secret/inner");
        Directory.CreateSymbolicLink(Path.Combine(_base, "a/out"), Path.Combine(_base, "secret"));
        Directory.CreateSymbolicLink(Path.Combine(_base, "a/relative"), "../secret");

        Assert.NotNull(roots.Refuse(Path.Combine(_base, "a/out")));
        Assert.NotNull(roots.Refuse(Path.Combine(_base, "a/out/inner")));
        Assert.NotNull(roots.Refuse(Path.Combine(_base, "a/relative/inner")));
    }

    [Fact]
    public void What_is_to_be_watched_is_the_folder_that_was_checked_and_not_the_link_to_it()
    {
        var inner = Make("a/inner");
        Directory.CreateSymbolicLink(Path.Combine(_base, "a/link"), inner);

        Assert.Null(Allowing(Path.Combine(_base, "a")).Refuse(Path.Combine(_base, "a//link/"), out var real));
        Assert.Equal(inner, real);
    }

    [Fact]
    public void A_link_into_an_allowed_root_is_taken_and_so_is_an_allowed_root_that_is_a_link()
    {
        Make("a/inner");
        Directory.CreateSymbolicLink(Path.Combine(_base, "in"), Path.Combine(_base, "a/inner"));
        Directory.CreateSymbolicLink(Path.Combine(_base, "alias"), Path.Combine(_base, "a"));

        Assert.Null(Allowing(Path.Combine(_base, "a")).Refuse(Path.Combine(_base, "in")));
        Assert.Null(Allowing(Path.Combine(_base, "alias")).Refuse(Path.Combine(_base, "a/inner")));
    }

    [Fact]
    public void Links_that_go_round_in_circles_are_refused()
    {
        var roots = Allowing(Make("a"));
        Directory.CreateSymbolicLink(Path.Combine(_base, "a/x"), Path.Combine(_base, "a/y"));
        Directory.CreateSymbolicLink(Path.Combine(_base, "a/y"), Path.Combine(_base, "a/x"));

        Assert.NotNull(roots.Refuse(Path.Combine(_base, "a/x")));
    }

    [Fact]
    public void Dots_are_refused_instead_of_resolved() =>
        Assert.NotNull(Allowing(Make("a")).Refuse(Path.Combine(_base, "a/../a")));

    [Fact]
    public void Nothing_is_allowed_where_nothing_is_configured() =>
        Assert.NotNull(Allowing().Refuse(Make("a")));

    [Fact]
    public void The_watched_folder_is_allowed_by_being_named()
    {
        var roots = Of(new SchedulerOptions { Watch = Make("w") });

        Assert.Null(roots.Refuse(Make("w")));
        Assert.NotNull(roots.Refuse(Make("v")));
    }

    [Fact]
    public void The_root_of_the_file_system_allows_everything() => Assert.Null(Allowing("/").Refuse(Make("a")));

    public void Dispose() => Directory.Delete(_base, recursive: true);

    private static AllowedRoots Allowing(params string[] allowed) =>
        Of(new SchedulerOptions { AllowedRoots = allowed });

    // A reader that was never started has the defaults, and asks nobody.
    private static AllowedRoots Of(SchedulerOptions options) => new(
        Options.Create(options),
        new SettingsReader(
            NpgsqlDataSource.Create("Host=nowhere"), TimeProvider.System, NullLogger<SettingsReader>.Instance));

    private string Make(string relative) => Directory.CreateDirectory(Path.Combine(_base, relative)).FullName;
}

/// <summary>For tests that ask only whether.</summary>
internal static class RefusalOnly
{
    public static string? Refuse(this AllowedRoots roots, string root) => roots.Refuse(root, out _);
}
