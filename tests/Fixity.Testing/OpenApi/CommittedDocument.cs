using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Fixity.Testing.OpenApi;

/// <summary>Holds a service to the OpenAPI document that is committed beside it and that clients are generated from.</summary>
public static class CommittedDocument
{
    private const string UpdateVariable = "FIXITY_UPDATE";

    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Fails when the service describes itself otherwise than the file says; <c>FIXITY_UPDATE=1</c> rewrites the file.</summary>
    /// <param name="repositoryRelativePath">Such as <c>services/Fixity.Scheduler/openapi.json</c>.</param>
    public static async Task AssertAsync(HttpClient client, string repositoryRelativePath)
    {
        var actual = await ReadAsync(client);
        var path = Path.Combine(RepositoryRoot(), repositoryRelativePath);
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            await File.WriteAllTextAsync(path, actual);
            return;
        }

        var committed = File.Exists(path) ? (await File.ReadAllTextAsync(path)).ReplaceLineEndings("\n") : "";
        if (committed != actual)
        {
            Assert.Fail($"{repositoryRelativePath} is not what the service says of itself, from line " +
                $"{FirstDifference(committed, actual)} on. Run this test with {UpdateVariable}=1 and commit the file.");
        }
    }

    private static async Task<string> ReadAsync(HttpClient client)
    {
        var document = JsonNode.Parse(await client.GetStringAsync("/openapi/v1.json"))!.AsObject();
        // Where this test happened to reach it.
        document.Remove("servers");
        return document.ToJsonString(Readable) + "\n";
    }

    private static int FirstDifference(string committed, string actual)
    {
        var old = committed.Split('\n');
        var now = actual.Split('\n');
        var line = 0;
        while (line < old.Length && line < now.Length && old[line] == now[line])
        {
            line++;
        }

        return line + 1;
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName
            ?? throw new InvalidOperationException("The tests do not run below the root of the repository.");
    }
}
