namespace Fixity.Scanner.Changes;

internal static class ChangeRegistration
{
    public static void AddChanges(this IServiceCollection services) => services.AddSingleton<ChangeStore>();
}
