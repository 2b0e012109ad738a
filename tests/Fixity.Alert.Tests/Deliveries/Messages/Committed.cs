namespace Fixity.Alert.Tests.Deliveries.Messages;

/// <summary>Files of the repository that a test holds the formats to.</summary>
internal static class Committed
{
    private const string UpdateVariable = "FIXITY_UPDATE";

    public static string Read(string repositoryRelativePath) => File.ReadAllText(PathOf(repositoryRelativePath));

    /// <summary>Fails when it is not what the file says; <c>FIXITY_UPDATE=1</c> rewrites the file.</summary>
    public static void AssertSame(string repositoryRelativePath, string actual)
    {
        var path = PathOf(repositoryRelativePath);
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
            return;
        }

        Assert.True(File.Exists(path), $"{repositoryRelativePath} is not there: run with {UpdateVariable}=1 and commit it.");
        Assert.Equal(File.ReadAllText(path), actual);
    }

    private static string PathOf(string repositoryRelativePath)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, repositoryRelativePath);
    }
}
