"""What each function ships: the requirements that its build installs, what lies in its folder, its layers."""
