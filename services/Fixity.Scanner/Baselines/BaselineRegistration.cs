namespace Fixity.Scanner.Baselines;

internal static class BaselineRegistration
{
    /// <summary>Readers and writers live as long as a segment and are made by its runner; there is nothing to share yet.</summary>
    public static void AddBaselines(this IServiceCollection services) => services.AddMetrics();
}
